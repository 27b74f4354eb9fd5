use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use amends::import::testing::orders;
use amends::store::customers::orders as orders_of;
use amends::store::imports::{Kind, count};
use amends::store::{Place, Store};
use amends_core::ids::{BusinessId, CustomerId};

use crate::support::{Folder, Ran, repository};

fn import(folder: &Folder, args: &[&str]) -> Ran {
    let mut all = vec!["import", "--database", "amends.db", "--business", "retail"];
    all.extend(args);
    folder.amends(&all)
}

/// How many of a kind are kept.
fn kept(folder: &Folder, kind: Kind) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&Place::File(folder.0.join("amends.db")), 0).await.unwrap();
        let mut conn = store.reader().await.unwrap();
        count(&mut conn, &BusinessId::parse("retail").unwrap(), kind).await.unwrap()
    })
}

const CUSTOMERS: &str = "\u{feff}id;since;name\nc_1;2011-05-02;Ines Castro\nc_2;2020-01-31T10:00:00+01:00;\"Two; words\"\n\nc_3;2026-02-28 09:30;\n";

#[test]
fn customers_of_a_table_are_kept_once_however_often_it_comes() {
    let folder = Folder::new("import-customers");
    folder.write("customers.csv", CUSTOMERS);
    let dry = import(&folder, &["customers", "customers.csv", "--dry-run"]);
    insta::assert_snapshot!(dry.shown());
    assert!(!folder.0.join("amends.db").exists(), "a dry run makes no database");
    insta::assert_snapshot!(import(&folder, &["customers", "customers.csv"]).shown());
    insta::assert_snapshot!(import(&folder, &["customers", "customers.csv"]).shown());
    assert_eq!(import(&folder, &["customers", "customers.csv", "--again"]).code, 0);
    assert_eq!(kept(&folder, Kind::Customers), 3);
    // The same customers, one of them changed, and one more: from another system and another format.
    folder
        .write("more.jsonl", "{\"id\":\"c_2\",\"since\":\"2019-01-31\"}\n{\"id\":\"c_4\",\"since\":\"2019-01-31\"}\n");
    assert_eq!(import(&folder, &["customers", "more.jsonl"]).code, 0);
    assert_eq!(kept(&folder, Kind::Customers), 4);
    let told = folder.amends(&["export", "--database", "amends.db", "--business", "retail"]).out;
    assert_eq!(told.matches("setting.import").count(), 3, "{told}");
}

#[test]
fn what_is_wrong_is_told_by_line_and_column_and_nothing_is_written() {
    let folder = Folder::new("import-wrong");
    folder.write(
        "orders.csv",
        "number,user_id,created,amount\n\
         S-1,c_1,2026-11-16T18:04:00Z,149.00 USD\n\
         S-2,a@b.example,2026-11-16T18:04:00Z,149.00 USD\n\
         S-3,c_1,16/11/2026,\"12,50\"\n\
         S-1,c_1,2026-11-16T18:04:00Z,149.00 USD\n\
         S-5,c_1,,149.999 USD\n",
    );
    let map = ["--map", "id=number", "--map", "customer=user_id", "--map", "at=created", "--map", "total=amount"];
    let with = |more: &[&'static str]| [&["orders", "orders.csv"], &map[..], more].concat();
    insta::assert_snapshot!(import(&folder, &with(&[])).shown());
    assert!(!folder.0.join("amends.db").exists(), "nothing was written");
    let json = import(&folder, &with(&["--json"])).json();
    assert_eq!((json["rows"].as_u64(), json["wrong_rows"].as_u64()), (Some(5), Some(4)));
    assert_eq!((json["wrong"][0]["line"].as_u64(), json["wrong"][0]["column"].as_str()), (Some(3), Some("user_id")));
    insta::assert_snapshot!(import(&folder, &with(&["--skip-wrong"])).shown());
    assert_eq!(kept(&folder, Kind::Orders), 1);
    // A mapping in a file says the same.
    folder.write("orders.toml", "[fields]\nid = 'number'\ncustomer = 'user_id'\nat = 'created'\ntotal = 'amount'\n");
    let by_file = import(&folder, &["orders", "orders.csv", "--mapping", "orders.toml", "--dry-run"]);
    assert_eq!(by_file.err, import(&folder, &with(&["--dry-run"])).err);
    insta::assert_snapshot!(import(&folder, &["orders", "orders.csv"]).shown());
    insta::assert_snapshot!(import(&folder, &["orders", "orders.csv", "--map", "nubmer=number"]).shown());
    insta::assert_snapshot!(import(&folder, &["orders", "orders.xls"]).shown());
}

#[test]
fn a_row_that_cannot_be_read_is_a_wrong_row_like_others() {
    let folder = Folder::new("import-wrong-rows");
    folder.write("long.csv", "id,since\nc_1,2020-01-01\nc_2,2020-01-01,x\nc_3\nc_4,2020-01-01\n");
    fs::write(
        folder.0.join("latin.csv"),
        b"id,since,name\nc_1,2020-01-01,Ann\nc_2,2020-01-01,Fran\xe7ois\nc_3,2020-01-01,Bo\n",
    )
    .unwrap();
    let line = |id: &str| format!("{{\"id\":\"{id}\",\"since\":\"2020-01-01\"}}\n");
    let wide = format!("{{\"id\":\"{}\"}}\n", "x".repeat(1 << 20));
    folder.write("bad.jsonl", &format!("\u{feff}{}{{bad\n[1]\n{wide}{}", line("c_1"), line("c_2")));
    for (name, rows, says) in [
        ("long.csv", (4, 2), vec![(3, "", "it has 3 values, and there are 2 columns"), (4, "", "it has 1 values")]),
        ("latin.csv", (3, 1), vec![(3, "name", "it is not UTF-8: save the file as UTF-8")]),
        (
            "bad.jsonl",
            (5, 3),
            vec![(2, "", "no JSON object"), (3, "", "no JSON object"), (4, "", "more than 1048576 bytes")],
        ),
    ] {
        let told = import(&folder, &["customers", name, "--dry-run", "--json"]);
        assert_eq!(told.code, 1, "{}", told.shown());
        let json = told.json();
        assert_eq!((json["rows"].as_u64(), json["wrong_rows"].as_u64()), (Some(rows.0), Some(rows.1)), "{json}");
        assert!(json["broken"].is_null(), "{json}");
        for (wrong, (line, column, says)) in json["wrong"].as_array().unwrap().iter().zip(&says) {
            assert_eq!((wrong["line"].as_u64(), wrong["column"].as_str()), (Some(*line), Some(*column)), "{json}");
            assert!(wrong["says"].as_str().unwrap().contains(says), "{json}");
        }
        let before = if name == "long.csv" { 0 } else { kept(&folder, Kind::Customers) };
        let ran = import(&folder, &["customers", name, "--skip-wrong"]);
        assert_eq!(ran.code, 0, "{}", ran.shown());
        assert!(kept(&folder, Kind::Customers) >= before.max(rows.0 - rows.1), "{}", ran.shown());
    }
    let shown = import(&folder, &["customers", "long.csv", "--dry-run"]);
    assert!(shown.err.contains("long.csv, line 3: it has 3 values"), "{}", shown.shown());
    // A quotation mark that is left open takes in whatever follows: no row behind it is left out without a word.
    folder.write("open.csv", "id,since\nc_8,2020-01-01,\"Ann\nc_9,2020-01-01\n");
    let open = import(&folder, &["customers", "open.csv", "--skip-wrong"]);
    assert_eq!(open.code, 2, "{}", open.shown());
    assert!(open.err.contains("a quotation mark may be left open"), "{}", open.shown());
}

#[test]
fn times_of_an_export_are_read_as_they_stand_and_of_the_zone_that_is_said() {
    let folder = Folder::new("import-times");
    let head = "id,customer,at,total\n";
    folder.write("times.csv", &format!("{head}1,7,2026-09-03 10:14:00 -0400,1\n2,7,2026-09-03 10:14:00 UTC,1\n"));
    folder.write("bare.csv", &format!("{head}3,7,2026-11-02 03:30:00,1\n"));
    let args = ["--currency", "USD"];
    let orders =
        |file: &'static str, more: &[&'static str]| import(&folder, &[&["orders", file], &args[..], more].concat());
    assert_eq!(orders("times.csv", &[]).code, 0);
    let at = |id: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Store::open(&Place::File(folder.0.join("amends.db")), 0).await.unwrap();
            let mut conn = store.reader().await.unwrap();
            let retail = BusinessId::parse("retail").unwrap();
            let customer = CustomerId::parse("7").unwrap();
            let all = orders_of(&mut conn, &retail, &customer, 10).await.unwrap();
            all.iter().find(|order| order.id == id).unwrap().at.to_string()
        })
    };
    assert_eq!((at("1").as_str(), at("2").as_str()), ("2026-09-03T14:14:00Z", "2026-09-03T10:14:00Z"));
    assert_eq!(orders("bare.csv", &["--zone", "America/New_York"]).code, 0);
    assert_eq!(at("3"), "2026-11-02T08:30:00Z");
    assert_eq!(orders("bare.csv", &["--zone", "UTC"]).code, 0, "another zone is another import");
    assert_eq!(at("3"), "2026-11-02T03:30:00Z");
    let ran = orders("bare.csv", &["--zone", "Mars"]);
    assert_ne!(ran.code, 0);
    assert!(ran.err.contains("`Mars` is not a time zone"), "{}", ran.shown());
}

#[test]
fn a_broken_file_leaves_nothing_half_done() {
    let folder = Folder::new("import-broken");
    let path = folder.0.join("orders.parquet");
    orders(&path, 30_000, None).unwrap();
    let whole = fs::read(&path).unwrap();
    let map = ["--map", "id=order_id", "--map", "at=placed", "--currency", "USD"];
    let args = [&["orders", "orders.parquet"], &map[..]].concat();
    let mut hurt = whole.clone();
    hurt[whole.len() / 2..whole.len() / 2 + 4_000].fill(0xa5);
    for broken in [&whole[..whole.len() / 2], &whole[..10], &hurt[..], &[]] {
        fs::write(&path, broken).unwrap();
        let ran = import(&folder, &args);
        assert_ne!(ran.code, 0, "{}", ran.shown());
        assert!(
            ran.err.contains("no whole Parquet file") || ran.err.contains("nothing was written"),
            "{}",
            ran.shown()
        );
        assert!(!folder.0.join("amends.db").exists());
    }
    for (name, text, says) in [
        ("cut.csv", "id,since\nc_1,2020-01-01\nc_2", "1 value"),
        ("cut.jsonl", "{\"id\":\"c_1\",\"since\":\"2020-01-01\"}\n{\"id\":\"c_2\",\"sin", "no JSON object"),
        ("latin.csv", "id,since,name\nc_1,2020-01-01,x\n", ""),
    ] {
        folder.write(name, text);
        if says.is_empty() {
            fs::write(folder.0.join(name), b"id,since,name\nc_1,2020-01-01,Fran\xe7ois\n").unwrap();
        }
        let ran = import(&folder, &["customers", name]);
        assert_eq!(ran.code, 1, "{}", ran.shown());
        assert!(ran.err.contains(if says.is_empty() { "not UTF-8" } else { says }), "{}", ran.shown());
        assert!(!folder.0.join("amends.db").exists());
    }
    orders(&path, 30_000, Some(20_001)).unwrap();
    insta::assert_snapshot!(import(&folder, &args).shown());
    orders(&path, 30_000, None).unwrap();
    insta::assert_snapshot!(import(&folder, &args).shown());
    assert_eq!(kept(&folder, Kind::Orders), 30_000);
}

#[test]
fn an_import_that_was_killed_goes_on_where_it_was() {
    let folder = Folder::new("import-killed");
    orders(&folder.0.join("orders.parquet"), 200_000, None).unwrap();
    let args = ["orders", "orders.parquet", "--map", "id=order_id", "--map", "at=placed", "--currency", "USD"];
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amends"));
        command.current_dir(&folder.0).args(["import", "--database", "amends.db", "--business", "retail"]).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    // Until one of them is killed between its first rows and its last.
    let mut part = 0;
    for _ in 0..20 {
        let _ = fs::remove_file(folder.0.join("amends.db"));
        let (mut child, began) = (start(), Instant::now());
        while part == 0 && began.elapsed() < Duration::from_mins(1) && child.try_wait().unwrap().is_none() {
            part = if folder.0.join("amends.db").exists() { kept(&folder, Kind::Orders) } else { 0 };
        }
        child.kill().unwrap();
        child.wait().unwrap();
        part = kept(&folder, Kind::Orders);
        if (1..200_000).contains(&part) {
            break;
        }
        part = 0;
    }
    assert!(part > 0 && part % 50_000 == 0, "{part}");
    let ran = import(&folder, &args);
    let left = 200_000 - part;
    assert_eq!(
        ran.out,
        format!("{left} rows of orders are kept, after {part} before it was broken off\n"),
        "{}",
        ran.shown()
    );
    assert_eq!(kept(&folder, Kind::Orders), 200_000);
}

#[test]
fn decisions_are_measured_with_the_book_where_their_question_came_with_them() {
    let folder = Folder::new("import-decisions");
    let book = repository().join("books/retail");
    let asked = folder.amends(&["schema", "facts", book.to_str().unwrap()]);
    assert_eq!(asked.code, 0);
    let question = r#"{"request":"returns","asked":"2026-11-16T11:45:00","facts":{"order":{"id":"S-1","placed":"2026-09-10T16:40:00","channel":"shop","payment":{"id":"p","kind":"card","holder":"x"},"lines":[{"sku":"A","title":"Coat","paid":"80.00 USD","final_sale":false}],"shipping":"0 USD","refunded":"0 USD"},"condition":"as_new"}}"#;
    let line = |id: &str, question: &str| {
        format!(
            r#"{{"id":"{id}","at":"2026-01-02","request":"returns","decision":"approved","amount":80,"cost":30.5,"customer":"c_1","question":{question}}}"#
        )
    };
    folder.write("old.jsonl", &format!("{}\n{}\n", line("d_1", question), line("d_2", "null")));
    let ran = import(&folder, &["decisions", "old.jsonl", "--book", book.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "2 rows of decisions are kept\n"), "{}", ran.shown());
    let wrong = [line("d_3", r#"{"request":"returns"}"#), line("d_4", "{}").replace("approved", "maybe")];
    folder.write("wrong.jsonl", &wrong.join("\n"));
    let ran = import(&folder, &["decisions", "wrong.jsonl", "--book", book.to_str().unwrap()]);
    insta::assert_snapshot!(ran.shown());
}
