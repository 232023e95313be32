use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::json;

use super::Described;
use crate::corrections::Correction;

const TOY: &str = r##"
openapi: 3.0.3
servers: [{ url: "https://host.example/api" }]
paths:
  "/parcels/{old}/{option}":
    post:
      parameters: [{ in: path, name: old, required: true, schema: { type: string, default: v1 } }]
      requestBody: { content: { application/json: { schema: { type: array } } } }
      responses: {}
  "/parcels/{version}/{option}":
    post:
      parameters:
        - { in: path, name: version, required: true, schema: { type: string, default: v2 } }
        - { in: path, name: option, required: true, schema: { type: string, maxLength: 4 } }
        - { in: header, name: transId, required: true, schema: { type: string } }
        - { in: query, name: count, schema: { type: integer, maximum: 50 } }
        - { in: query, name: ids, schema: { type: array, maxItems: 2, items: { type: string } } }
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Parcel" } } }
      responses:
        200: { content: { application/json: { schema: { $ref: "#/components/schemas/Parcel" } } } }
components:
  schemas:
    Parcel:
      type: object
      required: [grams]
      properties:
        grams: { type: integer, minimum: 0, exclusiveMinimum: true }
        day: { type: string, format: date }
        note: { type: string, nullable: true }
"##;

fn toy() -> Described {
    Described::parse("toy.yaml", TOY, []).unwrap()
}

fn ask(target: &str, trans_id: Option<&str>, body: &str) -> Vec<String> {
    let mut request = http::Request::post(target).header("content-type", "application/json");
    if let Some(id) = trans_id {
        request = request.header("transId", id);
    }
    toy().request(&request.body(Bytes::from(body.to_owned())).unwrap())
}

#[test]
fn a_right_request_has_no_violation() {
    let body = r#"{"grams": 1, "day": "2026-01-05", "note": null}"#;
    for target in [
        "/parcels/v2/Shop",
        "https://a.example/api/parcels/v2/Shop?count=50",
    ] {
        assert_eq!(
            ask(target, Some("1"), body),
            Vec::<String>::new(),
            "{target}"
        );
    }
}

#[test]
fn each_kind_of_mistake_is_seen() {
    let good = r#"{"grams": 1}"#;
    let cases = [
        ("/parcels/v2/Shopping", Some("1"), good, "parameter option"),
        (
            "/parcels/v2/Shop",
            None,
            good,
            "parameter transId is missing",
        ),
        (
            "/parcels/v2/Shop?count=51",
            Some("1"),
            good,
            "parameter count",
        ),
        ("/parcels/v2/Shop", Some("1"), "", "the body is missing"),
        ("/parcels/v2/Shop", Some("1"), "<html>", "no JSON"),
        ("/parcels/v2/Shop", Some("1"), "{}", "required"),
        ("/parcels/v2/Shop", Some("1"), r#"{"grams": 0}"#, "/grams"),
        (
            "/parcels/v2/Shop",
            Some("1"),
            r#"{"grams": 1, "day": "5 Jan"}"#,
            "/day",
        ),
        ("/parcels/v2", Some("1"), good, "not described"),
        ("/parcels/v1/Shop", Some("1"), good, "array"),
    ];
    for (target, trans_id, body, part) in cases {
        let violations = ask(target, trans_id, body);
        assert_eq!(violations.len(), 1, "{target} {body}: {violations:?}");
        assert!(violations.concat().contains(part), "{part}: {violations:?}");
    }
}

#[test]
fn a_list_in_the_query_is_read_whole() {
    let ids = |query: &str| {
        ask(
            &format!("/parcels/v2/Shop?{query}"),
            Some("1"),
            r#"{"grams": 1}"#,
        )
    };
    for query in ["ids=1", "ids=1&ids=x", "count=1"] {
        assert_eq!(ids(query), Vec::<String>::new(), "{query}");
    }
    let violations = ids("ids=1&ids=2&ids=3");
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].starts_with("parameter ids"), "{violations:?}");
}

#[test]
fn an_answer_is_held_against_its_status() {
    let (post, path) = (Method::POST, "/parcels/v2/Shop");
    let answer = |status, body| toy().answer_body(&post, path, status, &body);
    assert!(answer(StatusCode::OK, json!({"grams": 7})).is_empty());
    assert_eq!(answer(StatusCode::OK, json!({"grams": "7"})).len(), 1);
    assert!(
        answer(StatusCode::IM_A_TEAPOT, json!({}))
            .concat()
            .contains("418")
    );
}

#[test]
fn a_correction_replaces_one_schema_and_must_point_somewhere() {
    let row = |schema| Correction {
        file: "toy.yaml",
        schema,
        member: "/type",
        wrong: "",
        evidence: "",
        right: r#""string""#,
        witness: r#""7""#,
    };
    let place = "/components/schemas/Parcel/properties/grams";
    assert!(!toy().at(place, &json!("7")).is_empty());
    let corrected = Described::parse("toy.yaml", TOY, [&row(place)]).unwrap();
    assert!(corrected.at(place, &json!("7")).is_empty());
    assert!(Described::parse("toy.yaml", TOY, [&row("/nowhere")]).is_err());
}
