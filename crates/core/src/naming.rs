//! What names may be in Kubernetes, and how its validation says that one is not. Each function
//! gives all that is wrong, in Kubernetes' order.

const KEY: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const LONGEST_NAME: usize = 63;
const LONGEST_DOMAIN: usize = 253;

/// A label's key: a name, or a domain and a name.
pub(crate) fn label_key(key: &str) -> Vec<String> {
    let of_key = format!(
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
         alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
         validation is '{KEY}')"
    );
    let parts: Vec<&str> = key.split('/').collect();
    let mut errors = Vec::new();
    let name = match parts.as_slice() {
        [name] => *name,
        [prefix, name] => {
            if prefix.is_empty() {
                errors.push("prefix part must be non-empty".to_owned());
            } else {
                let wrong = domain(prefix, "bytes");
                errors.extend(wrong.into_iter().map(|error| format!("prefix part {error}")));
            }
            *name
        }
        _ => {
            return vec![format!(
                "a valid label key {of_key} with an optional DNS subdomain prefix and '/' \
                 (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    } else if name.len() > LONGEST_NAME {
        errors.push(format!("name part must be no more than {LONGEST_NAME} bytes"));
    }
    if !is_name(name) {
        errors.push(format!("name part {of_key}"));
    }
    errors
}

/// A label's value.
pub(crate) fn label_value(value: &str) -> Vec<String> {
    let mut errors = too_long(value, LONGEST_NAME, "bytes");
    if !value.is_empty() && !is_name(value) {
        errors.push(format!(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or \
             '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or \
             'my_value',  or '12345', regex used for validation is '({KEY})?')"
        ));
    }
    errors
}

/// The name of an object: a DNS subdomain.
pub(crate) fn dns_subdomain(name: &str) -> Vec<String> {
    domain(name, "characters")
}

/// The name of a namespace or a container: a DNS label.
pub(crate) fn dns_label(name: &str) -> Vec<String> {
    let mut errors = too_long(name, LONGEST_NAME, "characters");
    if is_dns_label(name) {
        return errors;
    }
    errors.push(if is_subdomain(name) {
        "must not contain dots".to_owned()
    } else {
        format!(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', \
             and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', \
             regex used for validation is '{LABEL}')"
        )
    });
    errors
}

/// The name of what is named in a URL's path.
pub(crate) fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let unfit = ["/", "%"].into_iter().filter(|unfit| name.contains(unfit));
    unfit.map(|unfit| format!("may not contain '{unfit}'")).collect()
}

/// As a name that Kubernetes will complete: a dash at its end may stand for what is added. The
/// letter before it goes too, as it does in Kubernetes.
pub(crate) fn beginning(name: &str) -> String {
    match name.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            let mut bytes = rest.as_bytes().to_vec();
            bytes.pop();
            bytes.push(b'a');
            String::from_utf8_lossy(&bytes).into_owned()
        }
        _ => name.to_owned(),
    }
}

fn domain(name: &str, unit: &str) -> Vec<String> {
    let mut errors = too_long(name, LONGEST_DOMAIN, unit);
    if !is_subdomain(name) {
        errors.push(format!(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' \
             or '.', and must start and end with an alphanumeric character (e.g. 'example.com', \
             regex used for validation is '{LABEL}(\\.{LABEL})*')"
        ));
    }
    errors
}

/// Kubernetes counts bytes and calls them characters in one of its two copies of the rule.
fn too_long(text: &str, most: usize, unit: &str) -> Vec<String> {
    let told = || format!("must be no more than {most} {unit}");
    (text.len() > most).then(told).into_iter().collect()
}

/// Alphanumeric at both ends; `-`, `_` and `.` between.
fn is_name(text: &str) -> bool {
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    edge(text.bytes().next())
        && edge(text.bytes().last())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_dns_label)
}

fn is_dns_label(text: &str) -> bool {
    let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let edge = |b: Option<u8>| b.is_some_and(lower);
    edge(text.bytes().next())
        && edge(text.bytes().last())
        && text.bytes().all(|b| lower(b) || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_fine() {
        for name in ["a", "a-b", "0", &"a".repeat(63)] {
            assert_eq!((dns_label(name), dns_subdomain(name)), (vec![], vec![]), "{name}");
        }
        assert_eq!(dns_subdomain("a.b-c.0"), Vec::<String>::new());
        assert_eq!(path_segment("Ünï:code@v1.."), Vec::<String>::new());
        assert_eq!(label_key("example.com/My_Name.x"), Vec::<String>::new());
    }

    #[test]
    fn names_that_are_not() {
        assert_eq!(dns_label("a.b"), ["must not contain dots"]);
        assert_eq!(dns_label(&"a".repeat(64)), ["must be no more than 63 characters"]);
        assert_eq!(dns_subdomain(&"a".repeat(254)), ["must be no more than 253 characters"]);
        assert_eq!(label_value(&"a".repeat(64)), ["must be no more than 63 bytes"]);
        for name in ["", "A", "-a", "a-", "a_b", "é", "a..b", ".a"] {
            assert_eq!(dns_subdomain(name).len(), 1, "{name}");
        }
        assert_eq!(path_segment(".."), ["may not be '..'"]);
        assert_eq!(path_segment("%/"), ["may not contain '/'", "may not contain '%'"]);
        assert_eq!(label_key("/").len(), 3);
    }

    #[test]
    fn a_dash_at_the_end_of_a_beginning() {
        let cut = ["web-", "a-", "-", "web", ""].map(beginning);
        assert_eq!(cut, ["wea", "a", "-", "web", ""]);
    }
}
