//! Compiles the interface without a protoc, and keeps its descriptors for reflection.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use prost::Message;

const FILES: [&str; 11] = [
    "parcelgate/v1/address_service.proto",
    "parcelgate/v1/carrier_service.proto",
    "parcelgate/v1/insight_service.proto",
    "parcelgate/v1/manifest_service.proto",
    "parcelgate/v1/pickup_service.proto",
    "parcelgate/v1/rate_service.proto",
    "parcelgate/v1/settlement_service.proto",
    "parcelgate/v1/shipment_service.proto",
    "parcelgate/v1/shop_service.proto",
    "parcelgate/v1/subscription_service.proto",
    "parcelgate/v1/tracking_service.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=parcelgate");
    println!("cargo:rerun-if-changed=google");
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        .bytes(".")
        // Far larger than its neighbour.
        .boxed(".parcelgate.v1.BatchPurchaseLabelsResponse.outcome.shipment")
        .include_file("parcelgate.rs")
        .compile_fds(descriptors)?;
    Ok(())
}
