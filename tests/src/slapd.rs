//! A real LDAP directory: OpenLDAP's `slapd`, on ports of its own, for the life of a test.
//!
//! Where it is not installed the tests that need it are not run, and say so; with `PURSER_TEST_REQUIRE_SLAPD=1` that is a
//! failure.
use crate::{app::eventually, certificates::certificates};
use ldap3::{Ldap, LdapConnAsync, Mod};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    env, fs,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// Where everything is.
pub const BASE: &str = "dc=example,dc=com";
/// The password of the service account, and of everybody in the directory.
pub const SERVICE_PASSWORD: &str = "looks people up";
/// The password of everybody in the directory.
pub const PASSWORD: &str = "known to the directory";
const ROOT_PASSWORD: &str = "changes everything";

/// Stops the directory when the pipe closes: that happens however our process ends.
const SCRIPT: &str = r#"
trap '' INT HUP
"$1" -f "$2/slapd.conf" -h "$3" -d none 2>&1 &
while read -r _; do :; done
kill $!
"#;

/// A directory that runs.
#[derive(Debug)]
pub struct Slapd {
    plain: u16,
    tls: u16,
    ca: String,
    holder: Child,
    _folder: TempDir,
}

impl Slapd {
    /// A directory with nobody in it but the service account. `None` where there is no `slapd`, which was said then.
    pub async fn start() -> Option<Self> {
        let Some(binary) = binary() else {
            let required = env::var("PURSER_TEST_REQUIRE_SLAPD").is_ok_and(|value| value == "1");
            assert!(!required, "slapd is required and not installed");
            // Past the test harness, which keeps what tests print to itself.
            std::io::stderr().write_all(b"LDAP: not run (slapd is not installed)\n").ok();
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ca = certificates(folder.path());
        fs::write(folder.path().join("slapd.conf"), configuration(folder.path())).expect("a file can be written");
        fs::create_dir(folder.path().join("db")).expect("a folder can be made");
        let (plain, tls) = (free_port(), free_port());
        let addresses = format!("ldap://127.0.0.1:{plain} ldaps://127.0.0.1:{tls}");
        let holder = Command::new("sh")
            .args(["-c", SCRIPT, "purser-test-slapd"])
            .arg(binary)
            .arg(folder.path())
            .arg(addresses)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("a shell");
        let directory = Self { plain, tls, ca, holder, _folder: folder };
        for port in [plain, tls] {
            eventually("slapd to answer", || async { tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok() })
                .await;
        }
        directory.fill().await;
        Some(directory)
    }

    async fn fill(&self) {
        let mut ldap = self.administrator().await;
        let entries: [(&str, &[(&str, &str)]); 4] = [
            (BASE, &[("objectClass", "dcObject"), ("objectClass", "organization"), ("o", "Example")]),
            ("ou=people,dc=example,dc=com", &[("objectClass", "organizationalUnit")]),
            ("ou=groups,dc=example,dc=com", &[("objectClass", "organizationalUnit")]),
            (
                "cn=purser,dc=example,dc=com",
                &[
                    ("objectClass", "organizationalRole"),
                    ("objectClass", "simpleSecurityObject"),
                    ("userPassword", SERVICE_PASSWORD),
                ],
            ),
        ];
        for (dn, attributes) in entries {
            add(&mut ldap, dn, attributes).await;
        }
    }

    /// Somebody whose password is [`PASSWORD`].
    pub async fn person(&self, uid: &str, mail: &str) {
        let attributes = [
            ("objectClass", "inetOrgPerson"),
            ("cn", uid),
            ("sn", "Example"),
            ("mail", mail),
            ("userPassword", PASSWORD),
        ];
        add(&mut self.administrator().await, &place(uid), &attributes).await;
    }

    /// A group of one.
    pub async fn group(&self, name: &str, member: &str) {
        let attributes = [("objectClass", "groupOfNames"), ("member", &*place(member))];
        add(&mut self.administrator().await, &group_place(name), &attributes).await;
    }

    /// Dissolves a group.
    pub async fn remove_group(&self, name: &str) {
        self.administrator().await.delete(&group_place(name)).await.and_then(ldap3::LdapResult::success).expect("gone");
    }

    /// Somebody leaves.
    pub async fn remove_person(&self, uid: &str) {
        self.administrator().await.delete(&place(uid)).await.and_then(ldap3::LdapResult::success).expect("gone");
    }

    /// Gives an attribute of somebody's another value.
    pub async fn change(&self, uid: &str, attribute: &str, value: &str) {
        let change = vec![Mod::Replace(attribute, HashSet::from([value]))];
        let changed = self.administrator().await.modify(&place(uid), change).await;
        changed.and_then(ldap3::LdapResult::success).expect("changed");
    }

    /// The body that connects it over StartTLS.
    pub fn integration(&self) -> Value {
        json!({
            "name": "Our directory",
            "config": {
                "host": "localhost", "port": self.plain, "security": "starttls", "ca_certificate": self.ca,
                "bind_dn": "cn=purser,dc=example,dc=com", "base_dn": "ou=people,dc=example,dc=com",
                "user_filter": "(&(objectClass=inetOrgPerson)(uid={username})(!(employeeType=disabled)))",
                "member_of_attribute": "memberOf",
            },
            "credentials": { "bind_password": SERVICE_PASSWORD },
        })
    }

    /// The body that connects it over TLS from the first byte.
    pub fn ldaps(&self) -> Value {
        let mut body = self.integration();
        body["config"]["security"] = "ldaps".into();
        body["config"]["port"] = self.tls.into();
        body
    }

    /// Nobody answers any more.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.holder.stdin.take());
        self.holder.wait().ok();
    }

    async fn administrator(&self) -> Ldap {
        let url = format!("ldap://127.0.0.1:{}", self.plain);
        let (connection, mut ldap) = LdapConnAsync::new(&url).await.expect("the directory answers");
        ldap3::drive!(connection);
        let bound = ldap.simple_bind("cn=admin,dc=example,dc=com", ROOT_PASSWORD).await;
        bound.and_then(ldap3::LdapResult::success).expect("the administrator is let in");
        ldap
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where a group is.
pub fn group_place(name: &str) -> String {
    format!("cn={name},ou=groups,{BASE}")
}

fn place(uid: &str) -> String {
    format!("uid={uid},ou=people,{BASE}")
}

async fn add(ldap: &mut Ldap, dn: &str, attributes: &[(&str, &str)]) {
    let mut gathered: Vec<(&str, HashSet<&str>)> = Vec::new();
    for (name, value) in attributes {
        match gathered.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => drop(values.insert(value)),
            None => gathered.push((name, HashSet::from([*value]))),
        }
    }
    ldap.add(dn, gathered).await.and_then(ldap3::LdapResult::success).expect("an entry can be added");
}

fn binary() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/libexec", "/usr/local/libexec"].map(PathBuf::from);
    env::split_paths(&path).chain(usual).map(|folder| folder.join("slapd")).find(|file| file.is_file())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Debian keeps schemas in `/etc/ldap/schema` and modules in `/usr/lib/ldap`.
fn configuration(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        r#"
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "{BASE}"
rootdn "cn=admin,{BASE}"
rootpw "{ROOT_PASSWORD}"
directory {folder}/db
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=purser,{BASE}" read by anonymous auth by * none
"#
    )
}
