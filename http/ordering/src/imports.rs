//! Imports and exports of products and customers as CSV.
mod masked;
mod stream;
mod upload;
mod view;

use actix_web::{HttpResponse, get, post, web::Data};
use purser_compliance::AccessLog;
use purser_http::{
    body::Hashed,
    problem::Refusal,
    query::Query,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_ordering::{
    customers::{CustomerSheet, Customers},
    imports::{self, CsvFile, Sheet, Token, Upload},
    products::ProductSheet,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use stream::{Lines, csv_file};
use upload::CsvUpload;
use utoipa::IntoParams;
use view::{DelimiterName, ImportView, LineView};

/// Before the routes with an id, which `import` and `export` would be taken for.
pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(import_products).service(export_products).service(import_customers).service(export_customers);
}

/// How a file is imported.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// The `token` of a dry run of the same file: does exactly what it showed. Left out: a dry run.
    #[param(pattern = "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
    commit: Option<String>,
    /// What stands between two cells; found out when left out.
    #[param(inline)]
    delimiter: Option<DelimiterName>,
}

/// How a file is exported.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// What stands between two cells; a comma when left out.
    #[param(inline)]
    delimiter: Option<DelimiterName>,
}

/// How the file of customers is made.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportCustomers {
    /// What stands between two cells; a comma when left out.
    #[param(inline)]
    delimiter: Option<DelimiterName>,
    /// Whether personal data is masked; `false` when left out. A masked file is not to be imported.
    mask: Option<bool>,
}

/// Imports products from a CSV file, known by their SKU.
///
/// Without `commit` it is a dry run, which changes nothing: it says what would become of each row, and gives the token that commits
/// exactly that. With `Accept: application/x-ndjson` a dry run answers with one line for each row, the last one with the summary.
#[utoipa::path(
    tag = "Products",
    security(("bearer" = ["products.manage", "products.read"])),
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, content((ImportView = "application/json"), (LineView = "application/x-ndjson")))),
)]
#[post("/v1/products/import")]
async fn import_products(
    unit: Write,
    Query(query): Query<ImportQuery>,
    upload: CsvUpload,
) -> Result<HttpResponse, Refusal> {
    import(&unit, &ProductSheet, query, upload).await
}

/// All products as a CSV file that an import reads, the oldest first.
#[utoipa::path(
    tag = "Products",
    security(("bearer" = ["products.read"])),
    params(ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
)]
#[get("/v1/products/export")]
async fn export_products(unit: Read, Query(query): Query<ExportQuery>) -> Result<HttpResponse, Refusal> {
    csv_file(unit, ProductSheet, "products.csv", query.delimiter.map(Into::into), None, false).await
}

/// Imports customers from a CSV file, known by their code.
///
/// As the import of products. Contacts are not part of the file and stay as they are.
#[utoipa::path(
    tag = "Customers",
    security(("bearer" = ["customers.manage", "customers.read"])),
    params(ImportQuery),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, content((ImportView = "application/json"), (LineView = "application/x-ndjson")))),
)]
#[post("/v1/customers/import")]
async fn import_customers(
    unit: Write,
    customers: Data<Customers>,
    Query(query): Query<ImportQuery>,
    upload: CsvUpload,
) -> Result<HttpResponse, Refusal> {
    let sheet = CustomerSheet { settings: customers.settings.clone() };
    import(&unit, &sheet, query, upload).await
}

/// All customers as a CSV file that an import reads, the oldest first; with `mask`, one that shows nobody whole.
#[utoipa::path(
    tag = "Customers",
    security(("bearer" = ["customers.read"])),
    params(ExportCustomers),
    responses((status = 200, body = String, content_type = "text/csv")),
)]
#[get("/v1/customers/export")]
async fn export_customers(
    unit: Read,
    customers: Data<Customers>,
    accesses: Data<AccessLog>,
    Query(query): Query<ExportCustomers>,
) -> Result<HttpResponse, Refusal> {
    let sheet = CustomerSheet { settings: customers.settings.clone() };
    let is_masked = query.mask.unwrap_or_default();
    let name = if is_masked { "customers-masked.csv" } else { "customers.csv" };
    csv_file(unit, sheet, name, query.delimiter.map(Into::into), Some(accesses), is_masked).await
}

async fn import<S: Sheet>(
    unit: &Write,
    sheet: &S,
    query: ImportQuery,
    upload: CsvUpload,
) -> Result<HttpResponse, Refusal> {
    let token = query.commit.map(|token| token.parse::<Token>()).transpose()?;
    let lines = upload.wants_lines;
    let upload = upload.receive(unit, S::IMPORT, query.delimiter.map(Into::into)).await?;
    let asked = token.map(|token| (token, Asked::of(&upload, token)));
    let file = CsvFile::open::<S>(upload).await?;
    if let Some((token, asked)) = asked {
        let tx = unit.begin(&asked).await?;
        let report = imports::commit(&tx, sheet, file, token).await?;
        return unit.commit(tx, Reply::ok(&ImportView::committed(report))?).await;
    }
    // Nothing is written from here on, so there is nothing that an idempotency key would have to keep.
    let tx = Read::begin(unit).await?;
    if lines {
        let mut lines = Lines::new()?;
        let report = imports::preview(&tx, sheet, file, &mut |row| lines.add(&LineView::from(row))).await?;
        return lines.finish(ImportView::shown(report));
    }
    let report = imports::preview(&tx, sheet, file, &mut |_| Ok(())).await?;
    Ok(Reply::ok(&ImportView::shown(report))?.into_response())
}

/// What an idempotency key compares: the file, and how it is read and committed.
struct Asked(Vec<u8>);

impl Asked {
    fn of(upload: &Upload, token: Token) -> Self {
        let how = format!("{token} {:?} {:?}", upload.charset, upload.delimiter);
        Self(Sha256::new().chain_update(&upload.sha256).chain_update(how).finalize().to_vec())
    }
}

impl Hashed for Asked {
    fn hash(&self) -> &[u8] {
        &self.0
    }
}
