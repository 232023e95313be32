//! A table of orders.

use serde_json::Value;

use crate::{House, SHIPMENT, errors};

#[test]
fn a_table_of_orders_is_bought_once_however_often_it_is_run() {
    let house = House::open();
    let folder = tempfile::tempdir().unwrap();
    let (table, labels) = (folder.path().join("orders.csv"), folder.path().join("out"));
    let header = "order_number,row,service,weight,to_name,to_line1,to_city,to_region,\
                  to_postal_code,to_country,to_phone";
    let ada = "Ada Lovelace,1 Main Street,Columbus,OH,43215,US,6145550123";
    let good = format!("{header}\n114-1,,ups-ohio/65,450g,{ada}\n114-1,2,ups-ohio/65,1kg,{ada}\n");
    let (table_, labels_) = (table.to_str().unwrap(), labels.to_str().unwrap());
    let batch = ["batch", table_, "--common", SHIPMENT];

    // Nothing is bought of a table in which something is wrong.
    std::fs::write(
        &table,
        format!("{good}114-2,,ups-ohio/65,much,{ada}\n,,,1kg,{ada}\n"),
    )
    .unwrap();
    let refused = house.refuses(&batch);
    for part in [
        "line 4, weight: \"much\"",
        "line 5, order_number",
        "line 5, service",
    ] {
        assert!(refused.contains(part), "{part} is not in {refused}");
    }
    // A row that the gateway refuses costs the others nothing.
    std::fs::write(
        &table,
        format!("{good}114-3,,ups-ohio/65,450g,Ada,Main St,Columbus,OH,43215,USA,6145550123\n"),
    )
    .unwrap();
    let output = house.run(&batch);
    assert_eq!(output.status.code(), Some(1));
    let counts = "2 of 3 bought, 1 not bought";
    assert!(errors(&output).contains(counts), "{}", errors(&output));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("shipment.ship_to.country"), "{shown}");

    std::fs::write(&table, &good).unwrap();
    let with_labels = [&batch[..], &["--labels", labels_, "--output", "json"]].concat();
    let output = house.command(&with_labels).output().unwrap();
    assert!(output.status.success(), "{}", errors(&output));
    let lines = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(row["shipment"]["state"], "PURCHASED");
        let number = row["shipment"]["parcels"][0]["tracking_number"]
            .as_str()
            .unwrap();
        let label = labels.join(format!("114-1-{number}.pdf"));
        assert!(std::fs::read(label).unwrap().starts_with(b"%PDF-"));
    }
    let again = house.says(&batch);
    assert!(again.contains("2 of 2 bought"), "{again}");
    for row in &rows {
        let number = row["shipment"]["parcels"][0]["tracking_number"]
            .as_str()
            .unwrap();
        assert!(again.contains(number), "{again}");
    }
}

#[test]
fn a_table_that_is_run_again_tells_how_its_rows_stand_now() {
    let house = House::open();
    let folder = tempfile::tempdir().unwrap();
    let (table, labels) = (folder.path().join("orders.csv"), folder.path().join("out"));
    let ada = "Ada Lovelace,1 Main Street,Columbus,OH,43215,US,6145550123";
    let rows = format!(
        "order_number,row,service,weight,to_name,to_line1,to_city,to_region,to_postal_code,\
         to_country,to_phone\n115-1,,ups-ohio/65,450g,{ada}\n115-1,2,ups-ohio/65,1kg,{ada}\n"
    );
    std::fs::write(&table, rows).unwrap();
    let (table_, labels_) = (table.to_str().unwrap(), labels.to_str().unwrap());
    let batch = ["batch", table_, "--common", SHIPMENT];
    let bought = house.run(&[&batch[..], &["--output", "json"]].concat());
    let bought = String::from_utf8(bought.stdout).unwrap();
    let first: Value = serde_json::from_str(bought.lines().next().unwrap()).unwrap();
    assert_eq!(first["came_to"], "BOUGHT");
    let name = first["shipment"]["name"].as_str().unwrap();
    assert_eq!(house.tells(&["void", name])["state"], "VOIDED");

    // What is void by now is neither counted nor handed out.
    let again = house.run(&[&batch[..], &["--labels", labels_]].concat());
    assert_eq!(again.status.code(), Some(1));
    let told = errors(&again);
    assert!(told.contains("1 of 2 bought, 1 void since"), "{told}");
    let shown = String::from_utf8(again.stdout).unwrap();
    assert!(shown.contains("VOIDED"), "{shown}");
    assert_eq!(std::fs::read_dir(&labels).unwrap().count(), 1);

    // Another request for the same rows buys nothing, and is not told as if it had not bought.
    let other = house.run(&[&batch[..], &["--format", "zpl", "--labels", labels_]].concat());
    assert_eq!(other.status.code(), Some(1));
    let told = errors(&other);
    let counts = "0 of 2 bought, 1 void since, 1 bought before with another request";
    assert!(told.contains(counts), "{told}");
    assert!(!told.contains("another row"), "{told}");
    assert_eq!(std::fs::read_dir(&labels).unwrap().count(), 1);
}
