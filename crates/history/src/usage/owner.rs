//! Whose pod it is, where the source does not say so: by the names that Kubernetes gives.

/// Characters of the names that Kubernetes draws, which has no vowels and none that look alike.
const DRAWN: &str = "bcdfghjklmnpqrstvwxz2456789";

fn is_drawn(text: &str) -> bool {
    text.chars().all(|letter| DRAWN.contains(letter))
}

/// The workload by a pod's name: `web-6d4cf56db6-x2x7k` is of the Deployment `web`, `node-x2x7k`
/// of the DaemonSet `node`, `db-0` of the StatefulSet `db`; any other name is its own workload.
///
/// ```
/// assert_eq!(trimtab_history::usage::workload_of_pod("web-6d4cf56db6-x2x7k"), "web");
/// ```
#[must_use]
pub fn of_pod(pod: &str) -> &str {
    let Some((rest, last)) = pod.rsplit_once('-') else { return pod };
    if rest.is_empty() || last.is_empty() {
        pod
    } else if last.bytes().all(|byte| byte.is_ascii_digit()) && last.len() < 5 {
        rest
    } else if last.len() == 5 && is_drawn(last) {
        of_replica_set(rest)
    } else {
        pod
    }
}

/// The Deployment by its ReplicaSet's name, which ends in a hash; or the name itself.
///
/// ```
/// assert_eq!(trimtab_history::usage::workload_of_replica_set("web-6d4cf56db6"), "web");
/// ```
#[must_use]
pub fn of_replica_set(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((rest, hash))
            if !rest.is_empty() && (6..=10).contains(&hash.len()) && is_drawn(hash) =>
        {
            rest
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_of_each_kind() {
        for (pod, workload) in [
            ("web-6d4cf56db6-x2x7k", "web"),
            ("web-api-84b9c8d9f-zzbmq", "web-api"),
            ("fluentd-x2x7k", "fluentd"),
            ("db-0", "db"),
            ("db-10", "db"),
            ("web", "web"),
            ("web-blue", "web-blue"),
            ("-0", "-0"),
            ("kube-proxy-node", "kube-proxy-node"),
            ("é-x2x7k", "é"),
        ] {
            assert_eq!(of_pod(pod), workload, "{pod}");
        }
        assert_eq!(of_replica_set("web-6d4cf56db6"), "web");
        assert_eq!(of_replica_set("web-blue"), "web-blue");
    }
}
