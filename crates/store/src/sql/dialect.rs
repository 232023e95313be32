//! Where Postgres says it otherwise than SQLite.
//!
//! Statements are written once, in the SQL that both know: numbers out of JSON by `CAST(.. AS
//! BIGINT)`, bytes out of a pile by `substr`, keys instead of row ids.

/// What SQLite is told, and what Postgres.
const WORDS: [(&str, &str); 7] = [
    ("json_each($1)", "jsonb_array_elements($1::TEXT::JSONB)"),
    ("json_each($4)", "jsonb_array_elements($4::TEXT::JSONB)"),
    ("substr($2,", "substr($2::BYTEA,"),
    // Looks after trackers by the end of their names.
    ("substr(id, -2)", "right(id, 2)"),
    // Postgres has statistics instead.
    (" INDEXED BY delivery_leased", ""),
    (" INDEXED BY delivery_due", ""),
    (" INDEXED BY event_tenant", ""),
];

/// A statement as Postgres is told it.
pub(super) fn for_postgres(sql: &str) -> String {
    let words = WORDS.into_iter();
    words.fold(sql.to_owned(), |sql, (ours, theirs)| {
        sql.replace(ours, theirs)
    })
}
