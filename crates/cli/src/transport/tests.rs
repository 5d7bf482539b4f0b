use super::*;
use crate::Surroundings;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A server that does `serve` with one connection after the other, and its port.
fn server(connections: usize, serve: impl Fn(TcpStream) + Send + 'static) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let thread = std::thread::spawn(move || {
        for _ in 0..connections {
            serve(listener.accept().expect("a connection").0);
        }
    });
    (port, thread)
}

/// Reads one request without a body; its head.
fn head(stream: &TcpStream) -> String {
    let mut head = String::new();
    for line in BufReader::with_capacity(1, stream).lines() {
        let line = line.expect("a line");
        if line.is_empty() {
            break;
        }
        head.push_str(&line);
        head.push('\n');
    }
    head
}

fn say(mut stream: &TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).expect("an open connection");
}

fn transport(limit: Duration, variables: &[(&str, String)]) -> Transport {
    let surroundings = Surroundings {
        program: String::new(),
        arguments: Vec::new(),
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        now: chrono::Utc::now,
    };
    Transport {
        limits: TimeLimits { connect: Some(limit), read: Some(limit) },
        trust: Trust::System,
        proxies: Proxies::of(&surroundings),
        wire: RefCell::default(),
    }
}

fn get(transport: &Transport, url: &str) -> Result<Bytes, TransportError> {
    let request = Request::get(url).body(Bytes::new()).expect("a request");
    transport.send(request).map(Response::into_body)
}

const LONG: Duration = Duration::from_secs(30);

#[test]
fn a_connection_is_kept_for_the_next_request() {
    let (port, served) = server(1, |stream| {
        for path in ["/a?b=c", "/d"] {
            let head = head(&stream);
            assert!(head.starts_with(&format!("GET {path} HTTP/1.1\n")), "{head}");
            assert!(head.contains("host: 127.0.0.1:") && head.contains("accept-encoding: identity"), "{head}");
            say(&stream, OK);
        }
    });
    let transport = transport(LONG, &[]);
    assert_eq!(get(&transport, &format!("http://127.0.0.1:{port}/a?b=c")), Ok(Bytes::from("ok")));
    assert_eq!(get(&transport, &format!("http://127.0.0.1:{port}/d")), Ok(Bytes::from("ok")));
    served.join().expect("both requests");
}

#[test]
fn a_kept_connection_that_was_closed_is_opened_again() {
    let (port, served) = server(2, |stream| {
        head(&stream);
        say(&stream, OK);
    });
    let transport = transport(LONG, &[]);
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(get(&transport, &url), Ok(Bytes::from("ok")));
    transport.pause(Duration::from_millis(50)).expect("a pause");
    assert_eq!(get(&transport, &url), Ok(Bytes::from("ok")));
    served.join().expect("two connections");
}

#[test]
fn nobody_at_the_address_is_told() {
    let (port, gone) = server(0, drop);
    gone.join().expect("nobody listens any more");
    let url = format!("http://127.0.0.1:{port}/");
    let error = get(&transport(LONG, &[]), &url).expect_err("nobody listens");
    assert_eq!(error.to_string(), format!("Could not connect to the endpoint URL: \"{url}\""));
    let error = get(&transport(LONG, &[]), "http://no-such-host.invalid/").expect_err("no such host");
    assert_eq!(error.to_string(), "Could not connect to the endpoint URL: \"http://no-such-host.invalid/\"");
}

#[test]
fn answers_that_are_not_whole_are_told() {
    let parts = ["", "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nok", "\x15\x03\x01", "HTTP/1.1 200 OK\r\n"];
    for part in parts {
        let (port, _) = server(1, move |stream| {
            head(&stream);
            say(&stream, part);
        });
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(get(&transport(LONG, &[]), &url), Err(TransportError::Closed { url }), "{part}");
    }
}

#[test]
fn silence_is_told_in_the_head_and_in_the_body() {
    for part in ["", "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nok"] {
        let (port, served) = server(1, move |mut stream| {
            head(&stream);
            say(&stream, part);
            stream.read_to_end(&mut Vec::new()).ok();
        });
        let transport = transport(Duration::from_millis(100), &[]);
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(get(&transport, &url), Err(TransportError::ReadTimeout { url }));
        drop(transport);
        served.join().expect("the connection ends");
    }
}

#[test]
fn an_endless_answer_ends_in_an_error() {
    let (port, served) = server(1, |mut stream| {
        head(&stream);
        say(&stream, "HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 1 << 16]).is_ok() {}
    });
    let transport = transport(LONG, &[]);
    let error = get(&transport, &format!("http://127.0.0.1:{port}/")).expect_err("too long");
    assert!(error.to_string().ends_with("the answer is longer than 67108864 bytes"), "{error}");
    drop(transport);
    served.join().expect("the connection ends");
}

#[test]
fn chunks_are_put_together() {
    let (port, _) = server(1, |stream| {
        head(&stream);
        say(&stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n");
    });
    assert_eq!(get(&transport(LONG, &[]), &format!("http://127.0.0.1:{port}/")), Ok(Bytes::from("ok")));
}

#[test]
fn a_proxy_is_told_the_whole_address() {
    let (port, served) = server(1, |stream| {
        let head = head(&stream);
        assert!(head.starts_with("GET http://example.test/x HTTP/1.1\n"), "{head}");
        assert!(head.contains("host: example.test\n"), "{head}");
        assert!(head.contains("proxy-authorization: Basic dTpw\n"), "{head}");
        say(&stream, OK);
    });
    let transport = transport(LONG, &[("http_proxy", format!("http://u:p@127.0.0.1:{port}"))]);
    assert_eq!(get(&transport, "http://example.test/x"), Ok(Bytes::from("ok")));
    served.join().expect("the request");
}

#[test]
fn a_tunnel_that_is_refused_is_told_without_the_password() {
    let (port, served) = server(1, |stream| {
        let head = head(&stream);
        assert!(head.starts_with("CONNECT example.test:443 HTTP/1.1\n"), "{head}");
        assert!(head.contains("proxy-authorization: Basic eHh4Onl5eQ==\n"), "{head}");
        say(&stream, "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    });
    let transport = transport(LONG, &[("https_proxy", format!("http://xxx:yyy@127.0.0.1:{port}"))]);
    let error = get(&transport, "https://example.test/").expect_err("no tunnel");
    let expected = format!("Failed to connect to proxy URL: \"http://***:***@127.0.0.1:{port}\"");
    assert_eq!(error.to_string(), expected);
    served.join().expect("the request");
}

#[test]
fn plain_text_is_no_tls() {
    let (port, _) = server(1, |mut stream| {
        stream.read_exact(&mut [0; 16]).expect("the begin of a greeting");
        say(&stream, "HTTP/1.1 400 Bad Request\r\n\r\n");
        stream.read_to_end(&mut Vec::new()).ok();
    });
    let mut transport = transport(LONG, &[]);
    transport.trust = Trust::Anyone;
    let error = get(&transport, &format!("https://127.0.0.1:{port}/")).expect_err("no TLS");
    assert!(error.to_string().starts_with("SSL validation failed for https://127.0.0.1:"), "{error}");
}
