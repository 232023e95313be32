//! parcelgate: rates, labels and tracking of many carriers behind one gRPC interface.

pub mod app;
pub mod carriers;
pub mod cli;
mod coalesce;
pub mod config;
mod grpc;
mod http;
mod jobs;
mod label;
mod push;
mod service;
pub mod telemetry;
