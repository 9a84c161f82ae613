//! Which machines may be spoken with: an address is an organization's to choose, and the network around the server is not.
mod zone;

use purser_kernel::clock::Stopwatch;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use zone::{Zone, zone};

/// Which addresses may be spoken with, beside public ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The server's own machine, and that without TLS. For development.
    pub loopback: bool,
    /// Private networks (RFC 1918, RFC 4193, RFC 6598), where an organization that runs Purser itself has its directory.
    pub private: bool,
}

impl Reach {
    /// Whether this address may be spoken with.
    pub(crate) fn allows(self, address: IpAddr) -> bool {
        match zone(address) {
            Zone::Public => true,
            Zone::Loopback => self.loopback,
            Zone::Private => self.private,
            Zone::Never => false,
        }
    }

    /// A connection with `host`, if it may be spoken with. Every address that the name has is looked at, and those that were looked
    /// at are the ones that are used: the name may mean others a moment later.
    ///
    /// [`io::ErrorKind::PermissionDenied`] when one of them may not be; [`io::ErrorKind::TimedOut`] when the first of them has not answered
    /// in its part of `patience`, and no other has.
    pub(crate) async fn connect(self, host: &str, port: u16, patience: Duration) -> io::Result<TcpStream> {
        self.connect_by(|| look_up(host, port), patience).await
    }

    async fn connect_by<L>(self, look_up: impl Fn() -> L, patience: Duration) -> io::Result<TcpStream>
    where
        L: Future<Output = io::Result<Vec<SocketAddr>>>,
    {
        let watch = Stopwatch::start();
        let found = look_up().await?;
        // A name that means machines of both kinds is somebody's attempt to reach the wrong ones.
        if !found.iter().all(|address| self.allows(address.ip())) {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, NOT_ALLOWED));
        }
        // The first is the one that the system would rather reach; those of a network that is not there come last.
        let mut failure = None;
        for (address, left) in found.iter().zip((1..=found.len()).rev()) {
            // One that says nothing at all leaves the others their part of the time.
            let part = patience.saturating_sub(watch.elapsed()) / u32::try_from(left).unwrap_or(u32::MAX);
            match timeout(part, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failure = failure.or(Some(error)),
                Err(_) => failure = failure.or(Some(io::ErrorKind::TimedOut.into())),
            }
        }
        Err(failure.unwrap_or_else(|| io::ErrorKind::NotFound.into()))
    }

    /// Whether what is said to this host without TLS stays on the server's own machine, and may.
    pub(crate) fn is_desk(self, host: &str) -> bool {
        let own = |host: &str| host.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback());
        self.loopback && (host.eq_ignore_ascii_case("localhost") || own(host.trim_matches(['[', ']'])))
    }
}

const NOT_ALLOWED: &str = "its address is not one that may be spoken with";

async fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok(lookup_host((host, port)).await?.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use tokio::net::{TcpListener, TcpSocket};

    const DESK: Reach = Reach { loopback: true, private: false };
    const PATIENCE: Duration = Duration::from_secs(1);

    async fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    /// Connects with a name that means these addresses.
    async fn connect(reach: Reach, found: &[SocketAddr]) -> io::Result<TcpStream> {
        reach.connect_by(|| async { Ok(found.to_vec()) }, PATIENCE).await
    }

    #[tokio::test]
    async fn a_name_that_means_somebody_near_as_well_is_refused() {
        let (listener, here) = listener().await;
        let near = ["10.0.0.1:443", "[fd00::1]:443", "169.254.169.254:80", "[::ffff:192.168.1.1]:443"];
        for near in near {
            let near: SocketAddr = near.parse().unwrap();
            for found in [[here, near], [near, here]] {
                let refused = connect(DESK, &found).await.unwrap_err();
                assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied, "{found:?}");
            }
        }
        // Beside an address that everybody may speak with.
        let public = Reach { loopback: false, private: true };
        let found = ["[2606:4700::1111]:443".parse().unwrap(), here];
        assert_eq!(connect(public, &found).await.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(connect(DESK, &[]).await.unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(timeout(Duration::from_millis(50), listener.accept()).await.is_err(), "nobody has knocked");
    }

    #[tokio::test]
    async fn the_address_that_was_looked_at_is_the_one_that_is_used() {
        let (_listener, here) = listener().await;
        let asked = Cell::new(0);
        let look_up = || {
            asked.set(asked.get() + 1);
            // Whoever asks again is told of another machine.
            let found = if asked.get() == 1 { here } else { "10.0.0.1:443".parse().unwrap() };
            async move { io::Result::Ok(vec![found]) }
        };
        let stream = DESK.connect_by(look_up, PATIENCE).await.unwrap();
        assert_eq!((stream.peer_addr().unwrap(), asked.get()), (here, 1));
    }

    #[tokio::test]
    async fn one_address_that_refuses_or_says_nothing_leaves_the_others_their_time() {
        let (_listener, here) = listener().await;
        let (closed, refuses) = listener().await;
        drop(closed);
        assert_eq!(connect(DESK, &[refuses, here]).await.unwrap().peer_addr().unwrap(), here);
        assert_eq!(connect(DESK, &[refuses]).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        let (_kept, silent) = silent().await;
        assert_eq!(connect(DESK, &[silent, here]).await.unwrap().peer_addr().unwrap(), here);
        assert_eq!(connect(DESK, &[silent]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    /// An address at which nobody answers: as many wait there already as may, and others are not told that.
    async fn silent() -> ((TcpListener, Vec<TcpStream>), SocketAddr) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        for _ in 0..64 {
            let Ok(stream) = timeout(Duration::from_millis(200), TcpStream::connect(address)).await else { break };
            waiting.push(stream.unwrap());
        }
        ((listener, waiting), address)
    }
}
