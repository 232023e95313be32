//! parcelgate: rates, labels and tracking of many carriers behind one gRPC interface.

pub mod app;
pub mod carriers;
pub mod cli;
pub mod coalesce;
pub mod config;
pub mod grpc;
pub mod http;
pub mod jobs;
pub mod label;
pub mod papers;
pub mod played;
pub mod push;
pub mod seal;
pub mod service;
pub mod shops;
pub mod telemetry;
