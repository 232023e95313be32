# The entry points. `just` lists them; CI runs `scripts/test`.

set positional-arguments
set shell := ["bash", "-euc"]

_default:
    @just --list --unsorted

# format check, lint and the rules of the tree
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace --test architecture

# everything that CI runs; `just test --quick` sets nothing up
test *FLAGS:
    scripts/test "$@"

# one carrier through the conformance suite: just conform ups [filter]
conform CARRIER *FILTER:
    cargo test --package "parcelgate-carrier-$1" --test conformance -- "${@:2}"

# the folder of a new carrier, which compiles and passes: just new-carrier acme
new-carrier NAME TITLE="":
    scripts/new-carrier "$1" "${2:-}"

# a day of orders from quote to delivery, against the sandbox
demo *ARGS:
    cargo run --release -- demo "$@"

# quotes, purchases and tracking beside their limits; answers decoded beside plain JSON
bench:
    cargo bench --bench quote
    cargo bench --bench purchase
    cargo bench --bench tracking
    cargo bench --bench decode

# labels bought while gateways are killed, one and three of them, on both stores
prove-kill9 PURCHASES="10000" KILLS="15000":
    KILL9_PURCHASES=$(($1 / 4)) KILL9_KILLS=$(($2 / 4)) cargo test --release --test label_kill9

# events pushed to a failing webhook while the gateway is killed, on both stores
prove-outbox EVENTS="10000" KILLS="60":
    OUTBOX_EVENTS=$1 OUTBOX_KILLS=$2 cargo test --release --test outbox_kill9 -- --nocapture

# a day of ten million parcels in the scheduler
prove-10m:
    cargo bench --bench tracking -- ten-million

# anything put to a carrier's decoders: just fuzz ups, just fuzz ups.tracking 600
fuzz CARRIER SECONDS="60":
    scripts/fuzz "$1" "$2"

# idle memory and start to ready of `serve`
footprint RUNS="10":
    cargo build --release
    scripts/footprint "${CARGO_TARGET_DIR:-target}/release/parcelgate" "$1"

# the documentation of all crates
docs:
    cargo doc --workspace --no-deps

# format everything
fmt:
    cargo fmt --all

# clippy and the linter of the interface
lint:
    cargo clippy --workspace --all-targets -- -D warnings
    buf lint proto
