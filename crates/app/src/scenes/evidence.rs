//! Files on a case, from its page: what is taken, what is not, and how they are shown.

use axum::http::StatusCode;

use super::access::{Browser, Seen};
use super::desk::said;
use super::shop::{Shop, on_both};
use crate::flow::files::FILE_BYTES_MAX;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00<script>alert(1)</script>";

/// Rita and the page of a case of hers.
struct Page<'s> {
    shop: &'s Shop,
    rita: Browser,
    csrf: String,
    at: String,
}

impl<'s> Page<'s> {
    async fn of(shop: &'s Shop) -> Self {
        let at = shop.case("rita", "wrong_goods", "c_1").await.replace("/v1", "/desk");
        let mut rita = Browser::settle_in(shop, "rita").await;
        let csrf = rita.csrf(shop).await;
        Self { shop, rita, csrf, at }
    }

    async fn adds(&mut self, key: &str, shows: &str, files: &[(&str, &[u8])]) -> Seen {
        let fields = [("csrf", self.csrf.as_str()), ("key", key), ("shows", shows), ("note", "half a note")];
        self.rita.send_files(self.shop, &format!("{}/evidence", self.at), &fields, files).await
    }

    async fn evidence(&self) -> usize {
        let shown = self.shop.get("rita", &self.at.replace("/desk", "/v1")).await.ok();
        shown["evidence"].as_array().unwrap().len()
    }

    /// The file that was added last, as a browser gets it.
    async fn last(&mut self, by: &mut Browser) -> Seen {
        let page = self.rita.get(self.shop, &self.at).await.text;
        let (_, after) = page.rsplit_once("class=\"file\" href=\"").unwrap_or_else(|| panic!("{page}"));
        by.get(self.shop, after.split('"').next().unwrap()).await
    }
}

fn header<'a>(seen: &'a Seen, name: &str) -> &'a str {
    seen.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[test]
fn a_file_is_kept_with_its_words_and_shown_where_it_can_run_nothing() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut page = Page::of(&shop).await;
        for _ in 0..2 {
            let added = page.adds("one", "the <label> of the parcel", &[("label.html", PNG)]).await;
            assert_eq!(added.to, page.at, "{}", added.text);
        }
        assert_eq!(page.evidence().await, 1, "a form that comes twice is one");
        let shown = page.rita.get(&shop, &page.at).await.text;
        assert!(said(&shown, "the &#60;label&#62; of the parcel") && said(&shown, "class=\"thumb\""));
        let mut rita = std::mem::take(&mut page.rita);
        let mut nobody = Browser::default();
        page.rita = Browser::settle_in(&shop, "omar").await;
        let turned = page.last(&mut nobody).await;
        assert!(turned.status == StatusCode::SEE_OTHER && turned.to.starts_with("/sign-in"));
        let file = page.last(&mut rita).await;
        assert_eq!((file.status, header(&file, "content-type")), (StatusCode::OK, "image/png"));
        let policy = header(&file, "content-security-policy");
        assert!(policy.starts_with("sandbox; default-src 'none'") && !policy.contains("script"), "{policy}");
        assert_eq!(
            (header(&file, "x-content-type-options"), header(&file, "content-disposition")),
            ("nosniff", "inline")
        );
        // Another case does not cite it.
        let digest = shown.split("/files/").nth(1).unwrap().split('"').next().unwrap();
        let other = shop.case("rita", "fee", "c_2").await.replace("/v1", "/desk");
        assert_eq!(rita.get(&shop, &format!("{other}/files/{digest}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(rita.get(&shop, &format!("{other}/files/none")).await.status, StatusCode::NOT_FOUND);
        shop.prove().await;
    });
}

#[test]
fn what_could_run_is_kept_as_text_and_only_saved() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut page = Page::of(&shop).await;
        let hostile: [(&str, &[u8]); 3] = [
            ("photo.png", b"<html><script>alert(1)</script></html>"),
            ("photo.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            ("a.txt", b"%!PS <script>alert(1)</script>"),
        ];
        for (name, bytes) in hostile {
            assert_eq!(page.adds(name, "a photo", &[(name, bytes)]).await.to, page.at);
            let mut rita = std::mem::take(&mut page.rita);
            page.rita = Browser::settle_in(&shop, "lena").await;
            let file = page.last(&mut rita).await;
            page.rita = rita;
            let shown = (header(&file, "content-type"), header(&file, "content-disposition"));
            assert_eq!(shown, ("text/plain", "attachment"), "{name}");
            assert_eq!(header(&file, "x-content-type-options"), "nosniff");
        }
        let paper =
            page.adds("pdf", "the receipt", &[("\"><script>.pdf", b"%PDF-1.7\n<script>alert(1)</script>")]).await;
        assert_eq!(paper.to, page.at);
        let mut rita = std::mem::take(&mut page.rita);
        page.rita = Browser::settle_in(&shop, "hugo").await;
        let file = page.last(&mut rita).await;
        assert_eq!(header(&file, "content-type"), "application/pdf");
        assert!(header(&file, "content-security-policy").starts_with("default-src 'none'"));
    });
}

/// Files under their names.
type Files<'f> = &'f [(&'f str, &'f [u8])];

#[test]
fn what_is_not_taken_is_told_and_nothing_typed_is_lost() {
    on_both(async |fresh| {
        let shop = Shop::open(fresh).await;
        let mut page = Page::of(&shop).await;
        let large = vec![b'a'; FILE_BYTES_MAX + 1];
        let wrong: [(&str, &str, Files<'_>); 5] = [
            ("the label", "cannot be kept", &[("a.exe", b"MZ\x90\x00")]),
            ("the label", "“&#60;img src=x&#62;.zip” cannot be kept", &[("<img src=x>.zip", b"PK\x03\x04\x00\xff")]),
            ("the label", "has more than 10 MB", &[("large.txt", &large), ("good.txt", b"good")]),
            ("the label", "Choose a file first", &[]),
            (" ", "What they show", &[("label.png", PNG)]),
        ];
        for (shows, says, files) in wrong {
            let turned = page.adds("again", shows, files).await;
            assert_eq!(turned.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
            assert!(said(&turned.text, says) && said(&turned.text, "half a note"));
            assert!(shows == " " || said(&turned.text, "value=\"the label\""));
            assert!(!turned.text.contains("<img src=x>"));
        }
        assert_eq!(page.evidence().await, 0);
        let mut nobody = Browser::default();
        let fields = [("csrf", "old"), ("shows", "the label"), ("note", "half a note")];
        let lost = nobody.send_files(&shop, &format!("{}/evidence", page.at), &fields, &[("label.png", PNG)]).await;
        assert_eq!(lost.status, StatusCode::UNAUTHORIZED);
        assert!(said(&lost.text, "half a note") && said(&lost.text, "the label"));
        let stale = page.rita.send_files(&shop, &format!("{}/evidence", page.at), &fields, &[("label.png", PNG)]).await;
        assert!(stale.status == StatusCode::FORBIDDEN && said(&stale.text, "Nothing was done"));
        assert_eq!(page.evidence().await, 0);
    });
}
