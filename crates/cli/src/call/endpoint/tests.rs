use super::*;
use valkeep_api::{ELASTICACHE, STS};

fn url(service: &Service, region: &str, fips: bool, dualstack: bool) -> Result<String, Failure> {
    computed(service.name, region.to_owned(), Variant { fips, dualstack }).map(|endpoint| endpoint.url)
}

#[test]
fn every_partition_has_host_names_of_its_own() {
    let cases = [
        ("us-east-1", "amazonaws.com", "api.aws"),
        ("mx-central-1", "amazonaws.com", "api.aws"),
        ("eu-foo-12", "amazonaws.com", "api.aws"),
        ("us-mars-1", "amazonaws.com", "api.aws"),
        ("mars-north-1", "amazonaws.com", "api.aws"),
        ("x", "amazonaws.com", "api.aws"),
        ("aws-global", "amazonaws.com", "api.aws"),
        ("cn-north-1", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ("cn-mars-1", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ("aws-cn-global", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        ("eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"),
        ("us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"),
        ("us-iso-mars-1", "c2s.ic.gov", "api.aws.ic.gov"),
        ("us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"),
        ("us-gov-west-1", "amazonaws.com", "api.aws"),
    ];
    for (region, plain, dualstack) in cases {
        let host = |name: &str, suffix: &str| Ok(format!("https://{name}.{region}.{suffix}"));
        assert_eq!(url(&ELASTICACHE, region, false, false), host("elasticache", plain));
        assert_eq!(url(&ELASTICACHE, region, false, true), host("elasticache", dualstack));
        assert_eq!(url(&ELASTICACHE, region, true, true), host("elasticache-fips", dualstack));
        let fips = if region == "us-gov-west-1" { "elasticache" } else { "elasticache-fips" };
        assert_eq!(url(&ELASTICACHE, region, true, false), host(fips, plain));
    }
    for (region, suffix) in [("eu-isoe-west-1", "cloud.adc-e.uk"), ("us-isof-south-1", "csp.hci.ic.gov")] {
        let plain = format!("https://elasticache.{region}.{suffix}");
        assert_eq!(url(&ELASTICACHE, region, false, false), Ok(plain));
        let message = "Unable to construct a modeled endpoint with the following variant(s) ['dualstack', 'fips']: ";
        assert_eq!(url(&ELASTICACHE, region, true, true), Err(Failure::general(message)));
    }
}

#[test]
fn the_token_service_has_one_address_without_a_region() {
    let global = Endpoint { url: "https://sts.amazonaws.com".to_owned(), region: "us-east-1".to_owned() };
    let variant = Variant { fips: false, dualstack: false };
    assert_eq!(computed(STS.name, "aws-global".to_owned(), variant), Ok(global));
    let cases = [
        ("us-east-1", false, false, "https://sts.us-east-1.amazonaws.com"),
        ("us-west-2", false, false, "https://sts.us-west-2.amazonaws.com"),
        ("us-east-1", true, false, "https://sts-fips.us-east-1.amazonaws.com"),
        ("us-east-1", false, true, "https://sts.us-east-1.api.aws"),
        ("us-gov-west-1", true, false, "https://sts.us-gov-west-1.amazonaws.com"),
        ("aws-global", true, false, "https://sts-fips.aws-global.amazonaws.com"),
    ];
    for (region, fips, dualstack, expected) in cases {
        assert_eq!(url(&STS, region, fips, dualstack).as_deref(), Ok(expected));
    }
}

#[test]
fn host_names_are_lower_case_and_signing_regions_are_not() {
    let endpoint = computed(ELASTICACHE.name, "US-EAST-1".to_owned(), Variant { fips: false, dualstack: false });
    let endpoint = endpoint.expect("a region");
    assert_eq!(endpoint.url, "https://elasticache.us-east-1.amazonaws.com");
    assert_eq!(endpoint.region, "US-EAST-1");
}

#[test]
fn an_address_needs_a_scheme_and_a_host() {
    for text in [
        "localhost",
        "localhost:1",
        "http://",
        "http:///p",
        "://x",
        "http://a b",
        "http://localhost_x:1",
        "http://-x",
        "  ",
        "http://a..b",
        "https://elasticache..amazonaws.com",
    ] {
        assert_eq!(checked(text), Err(Failure::general(format!("Invalid endpoint: {text}"))));
    }
    let failure = Failure::general("'::x' does not appear to be an IPv4 or IPv6 address");
    assert_eq!(checked("http://[::x]/"), Err(failure));
    let cases = [
        (" http://127.0.0.1:1/", "http://127.0.0.1:1/"),
        ("HTTP://127.0.0.1:1/", "http://127.0.0.1:1/"),
        ("http://LOCALHOST", "http://localhost/"),
        ("http://127.0.0.1:1/p?x=1", "http://127.0.0.1:1/p?x=1"),
        ("http://127.0.0.1:1?x", "http://127.0.0.1:1/?x"),
        ("http://u:p@127.0.0.1:1/", "http://u:p@127.0.0.1:1/"),
        ("http://[::1]:1/", "http://[::1]:1/"),
        ("http://localhost.:1/a//b/../c", "http://localhost.:1/a//b/../c"),
    ];
    for (text, expected) in cases {
        assert_eq!(checked(text).as_deref(), Ok(expected));
    }
}

#[test]
fn ports_and_schemes_are_looked_at_late() {
    let uri = |url: &str| {
        let url = checked(url).expect("a scheme and a host");
        Endpoint { url, region: String::new() }.uri().map(|uri| uri.to_string())
    };
    let cases = [
        ("http://localhost:99999", "Port out of range 0-65535"),
        ("http://localhost:x", "Port could not be cast to integer value as 'x'"),
        ("ftp://localhost/", "An HTTP Client raised an unhandled exception: Not supported URL scheme ftp"),
    ];
    for (url, expected) in cases {
        assert_eq!(uri(url), Err(Failure::general(expected)));
    }
    let cases = [
        ("http://h:1/a//b/../c d", "http://h:1/a//b/../c%20d"),
        ("http://h/a?x=1&b=c d#f", "http://h/a?x=1&b=c%20d"),
        ("http://h/%2f", "http://h/%2f"),
        ("http://h/a;b/c;d?e;f", "http://h/a;b/c?e;f"),
        ("http://h/%2f\u{e4}%zz", "http://h/%252f%C3%A4%25zz"),
    ];
    for (url, expected) in cases {
        assert_eq!(uri(url).as_deref(), Ok(expected));
    }
}
