//! What the layers promise, over a scripted transport and a paused clock.
