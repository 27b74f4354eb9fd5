use serde_json::Value;

use crate::support::Folder;

#[test]
fn each_is_a_json_schema() {
    let shop = Folder::with_shop("schema");
    for of in ["book", "policy", "intake", "cases", "assessment"] {
        let ran = shop.amends(&["schema", of]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{of}");
        let schema = ran.json();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{of}");
        assert!(schema["properties"].as_object().is_some_and(|p| !p.is_empty()), "{of}");
    }
    let facts: Value = shop.amends(&["schema", "facts", "shop"]).json();
    assert_eq!(facts["properties"]["facts"]["properties"]["order"]["properties"]["sealed"]["type"], "boolean");
    assert_eq!(facts["properties"]["request"]["examples"][0], "returns");
}

#[test]
fn only_facts_take_a_book() {
    let shop = Folder::with_shop("schema_book");
    assert_eq!(shop.amends(&["schema", "facts"]).code, 2);
    let ran = shop.amends(&["schema", "policy", "shop"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (2, "amends: only the schema of `facts` depends on a book: leave out `shop`\n")
    );
}
