//! A name is shown and saved under, and leads nowhere.
use purser_tests::{app::TestApp, database::Engine};
use serde_json::{Value, json};

#[tokio::test]
async fn a_name_is_cleaned_and_leads_nowhere() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let tenant = app.tenant("Acme").await;
    for (sent, kept, disposition) in [
        ("..%2F..%2Fetc%2Fpasswd", json!("passwd"), "attachment; filename=\"passwd\""),
        ("C:%5Cfakepath%5Cscan.pdf", json!("scan.pdf"), "attachment; filename=\"scan.pdf\""),
        ("a%0D%0AX-Evil:%20b", json!("aX-Evil: b"), "attachment; filename=\"aX-Evil: b\""),
        ("say%20%22hi%22.txt", json!("say \"hi\".txt"), "attachment; filename=\"say \\\"hi\\\".txt\""),
        ("%E2%80%AEgpj.exe", json!("gpj.exe"), "attachment; filename=\"gpj.exe\""),
    ] {
        let file = tenant.upload(&format!("?filename={sent}"), "text/plain", "x").await.expect(201).json();
        assert_eq!(file["filename"], kept);
        let content = format!("/v1/media-files/{}/content", file["id"].as_str().unwrap());
        let shown = tenant.get(&content).await.expect(200);
        assert_eq!(shown.header("content-disposition"), disposition);
        assert_eq!(shown.header("x-evil"), "");
    }
    for nothing in ["", "?filename=", "?filename=..", "?filename=%2F"] {
        let file = tenant.upload(nothing, "text/plain", "x").await.expect(201).json();
        assert_eq!(file["filename"], Value::Null, "{nothing}");
    }
}
