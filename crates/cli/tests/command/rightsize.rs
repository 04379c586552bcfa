//! `trimtab rightsize` over a fleet.

use std::path::PathBuf;

use crate::support::{Ran, folder, run, run_on, trimtab};

const DAY: i64 = 1_700_000_000;

/// A week of two workloads every ten minutes: `web` far below its request, `db` near it.
fn usage() -> String {
    let mut csv = "timestamp,namespace,workload,pod,container,cpu,memory,cpu_request,\
                   memory_request,memory_limit\n"
        .to_owned();
    for step in 0..1009 {
        let at = DAY + step * 600;
        csv.push_str(&format!("{at},prod,web,web-a,app,0.1,104857600,1,1073741824,2147483648\n"));
        csv.push_str(&format!("{at},prod,web,web-b,app,0.1,104857600,1,1073741824,2147483648\n"));
        csv.push_str(&format!("{at},prod,db,db-0,app,0.9,966367641,1,1073741824,1073741824\n"));
    }
    csv
}

fn written(name: &str) -> (PathBuf, String) {
    let file = folder(name).join("usage.csv");
    std::fs::write(&file, usage()).expect("written");
    let text = file.display().to_string();
    (file, text)
}

#[test]
fn what_saves_most_comes_first() {
    let (_, file) = written("rightsize-money");
    let out = run(&["rightsize", &file, "--prices", "cpu=0.04,memory=0.005"]).fine();
    assert!(out.starts_with("2 containers  6,054 values of usage\n"), "{out}");
    let place = |what: &str| out.find(what).unwrap_or_else(|| panic!("{what} is not in {out}"));
    assert!(place("prod/web") < place("prod/db"), "{out}");
    // 0.1 cores at the 95th percentile; two pods: (1 - 0.1) x 2 x 0.04 x 730 and the memory of
    // 1024 - 115 MiB twice at 0.005.
    let krr = out.lines().find(|line| line.contains("krr ")).expect("krr");
    assert!(krr.contains("100m") && krr.contains("115Mi") && krr.contains("59.04"), "{krr}");
    let named = run(&["rightsize", &file, "--sort", "name", "--list", "1"]).fine();
    assert!(named.contains("prod/db") && !named.contains("prod/web"), "{named}");
    assert!(named.contains("1 more container not listed"), "{named}");
}

#[test]
fn json_has_every_answer() {
    let (file, _) = written("rightsize-json");
    let input = std::fs::read(file).expect("read");
    let out = run_on(&["rightsize", "-", "-o", "json", "--workload", "prod/web"], &input).fine();
    let result: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let containers = result["containers"].as_array().expect("containers");
    assert_eq!(containers.len(), 1, "{out}");
    let app = &containers[0];
    assert_eq!(app["workload"], "web");
    assert_eq!(app["pods"], serde_json::json!({"seen": 2, "now": 2}));
    assert_eq!(app["present"]["limits"], serde_json::json!({"memory": 2_147_483_648_u64}));
    assert_eq!(app["krr"]["requests"]["cpu"], 100);
    assert_eq!(app["krr"]["limits"], serde_json::json!({"memory": 115 << 20}));
    assert_eq!(app["runbook"]["found"]["cpu"]["verdict"], "reduce");
    assert_eq!(app["runbook"]["requests"]["cpu"], 500);
    assert_eq!(app["vpa"]["risk"]["oomKills"], 0);
    let container = &app["krr"]["patch"]["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["resources"]["requests"]["cpu"], "100m");
}

/// Its index is rebuilt on the last day, at three times the usual memory.
#[test]
fn an_estate_says_what_there_is() {
    let out = example(&["--workload", "memory-gateway"]);
    assert!(out.starts_with("1 container"), "{out}");
    let now = out.lines().find(|line| line.contains(" now ")).expect("what there is");
    assert!(now.contains("2000m") && now.contains("8Gi") && now.contains("16Gi"), "{now}");
    assert!(out.contains("krr      would save"), "{out}");
}

#[test]
fn what_is_wrong_is_told_and_the_rest_goes_on() {
    let (_, file) = written("rightsize-wrong");
    let cut = folder("rightsize-cut").join("memory.json");
    let text = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"#;
    std::fs::write(&cut, text).expect("written");
    let ran = run(&["rightsize", &file, &cut.display().to_string()]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("2 containers"), "{}", ran.out);
    let want = "memory.json:1:72: the file ends here; expected a text in quotes";
    assert!(ran.err.contains(want), "{}", ran.err);

    let none = run(&["rightsize", &file, "--workload", "wbe"]).failed();
    assert!(none.contains("no workload `wbe`") && none.contains("`prod/web`"), "{none}");
    let empty = folder("rightsize-empty");
    let nothing = run(&["rightsize", &empty.display().to_string()]).failed();
    assert!(nothing.contains("has no file of usage"), "{nothing}");
    let missing = run(&["rightsize", "no-such-file.csv"]).failed();
    assert!(missing.contains("`no-such-file.csv` cannot be read"), "{missing}");
    let odd = "timestamp,pod,container,cpu\n1,a-0,app,NaN\n2,a-0,app,0.5\n1,a-0,app,-1\n";
    let told = run_on(&["rightsize", "-"], odd.as_bytes());
    assert_eq!(told.code, 0, "{}", told.err);
    for want in ["is NaN or infinite", "is below zero", "lies before the one above it"] {
        assert!(told.err.contains(want), "{}", told.err);
    }
}

#[test]
fn the_picture_has_usage_and_answers() {
    let (_, file) = written("rightsize-picture");
    let svg = folder("rightsize-svg").join("web.svg");
    let path = svg.display().to_string();
    run(&["rightsize", &file, "--workload", "web", "--svg", &path]).fine();
    let drawn = std::fs::read_to_string(svg).expect("drawn");
    for want in ["prod/web, container app", "runbook", "krr", "vpa", "cores", "MiB"] {
        assert!(drawn.contains(want), "{want}");
    }
}

/// A day of one pod every ten minutes; what it reads is told step by step.
fn odd(workload: &str, row: impl Fn(i64) -> (i64, String)) -> String {
    let mut csv = "timestamp,workload,pod,container,cpu\n".to_owned();
    for step in 0..145 {
        let (at, cpu) = row(step);
        csv.push_str(&format!("{},{workload},{workload}-0,app,{cpu}\n", DAY + at));
    }
    csv
}

/// An answer of Prometheus: a counter that starts again in the middle.
fn falling_counter() -> String {
    let value = |step: i64| format!("[{},\"{}\"]", DAY + step * 600, (step % 72) * 60);
    let values: Vec<String> = (0..145).map(value).collect();
    let metric = r#"{"__name__":"container_cpu_usage_seconds_total","namespace":"bad","pod":"odd-0","container":"app"}"#;
    format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{metric},"values":[{}]}}]}}}}"#,
        values.join(",")
    )
}

/// Whatever is wrong with one container has a word, and every other answer is the same to the byte.
#[test]
fn bad_input_has_a_clear_word_and_harms_nobody_else() {
    let every = |step: i64| step * 600;
    let half = |cpu: &str| cpu.to_owned();
    let one = "timestamp,workload,pod,container,cpu\n1700000000,odd,odd-0,app,0.5\n".to_owned();
    let now = "2023-11-21T22:13:20Z";
    let cases = [
        ("one sample", one, "odd, container `app`: only one sample"),
        (
            "all zeros",
            odd("odd", |step| (every(step), half("0"))),
            "odd, container `app`: 145 samples, all of them zero",
        ),
        (
            "NaN",
            odd("odd", |step| (every(step), half(if step == 9 { "NaN" } else { "0.5" }))),
            "odd, container `app`: 1 value is NaN or infinite (the first at 2023-11-14T23:43:20Z)",
        ),
        (
            "infinite",
            odd("odd", |step| (every(step), half(if step > 142 { "+Inf" } else { "0.5" }))),
            "odd, container `app`: 2 values are NaN or infinite",
        ),
        (
            "a counter that resets",
            falling_counter(),
            "bad/odd, container `app`: 2 counter resets, counted as starts from zero",
        ),
        (
            "out of order",
            odd("odd", |step| (every(if step == 9 { 3 } else { step }), half("0.5"))),
            "odd, container `app`: 1 sample lies before the one above it; sort each pod's by time",
        ),
        (
            "in the future",
            odd("odd", |step| (every(step) + i64::from(step == 144) * 10_000_000, half("0.5"))),
            "odd, container `app`: 1 sample lies in the future (the first at 2024-03-10T16:00:00Z)",
        ),
        (
            "no number",
            odd("odd", |step| (every(step), half(if step == 9 { "lots" } else { "0.5" }))),
            "bad.csv:11:26: `lots` in column `cpu` is not a number",
        ),
        (
            "cut short",
            odd("odd", |step| (every(step), half("0.5"))).trim_end_matches("p,0.5\n").to_owned(),
            "bad.csv:146:",
        ),
    ];
    let (_, healthy) = written("rightsize-healthy");
    let of = |result: &str, name: &str| {
        let result: serde_json::Value = serde_json::from_str(result).expect("JSON");
        let containers = result["containers"].as_array().expect("containers").clone();
        let found = containers.into_iter().find(|container| container["workload"] == name);
        found.map(|found| found.to_string())
    };
    let alone = run(&["rightsize", &healthy, "--now", now, "-o", "json"]).fine();
    for (what, text, told) in cases {
        let bad = folder("rightsize-bad").join("bad.csv");
        std::fs::write(&bad, text).expect("written");
        let bad = bad.display().to_string();
        let ran = run(&["rightsize", &healthy, &bad, "--now", now, "-o", "json"]);
        assert!(ran.err.contains(told), "{what}: {}", ran.err);
        assert!(!ran.err.contains("panicked"), "{what}: {}", ran.err);
        assert_eq!(ran.code, i32::from(ran.err.contains("bad.csv:")), "{what}: {}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{what} is told once: {}", ran.err);
        for name in ["web", "db"] {
            assert_eq!(of(&ran.out, name), of(&alone, name), "{what}");
        }
        assert!(of(&ran.out, "odd").is_some(), "{what}: the rest of it counts");
    }
}

/// A file that was not fetched in whole: the beginning of one, or one with its end alone.
#[test]
#[cfg(feature = "arrow")]
fn a_parquet_file_cut_short_harms_nobody_else() {
    let (_, healthy) = written("rightsize-beside-parquet");
    let alone = run(&["rightsize", &healthy]).fine();
    for (bytes, told) in [
        (
            &b"PAR1\x15\x04\x15\x90\x01\x15\x90\x01"[..],
            "the file is cut short: a Parquet file ends in `PAR1`",
        ),
        (b"PAR1", "the file is cut short: a Parquet file ends in `PAR1`"),
        (b"PAR1\xff\xff\xff\x7fPAR1", "cut.parquet: "),
    ] {
        let cut = folder("rightsize-cut-parquet").join("cut.parquet");
        std::fs::write(&cut, bytes).expect("written");
        let ran = run(&["rightsize", &healthy, &cut.display().to_string()]);
        assert_eq!((ran.code, &ran.out), (1, &alone));
        assert!(ran.err.contains(told) && !ran.err.contains("panicked"), "{}", ran.err);
    }
}

/// Without the feature `arrow` a Parquet file is named for what it is.
#[test]
#[cfg(not(feature = "arrow"))]
fn a_parquet_file_is_refused_in_words() {
    let file = folder("rightsize-parquet").join("usage.parquet");
    std::fs::write(&file, "PAR1PAR1PAR1").expect("written");
    let told = run(&["rightsize", &file.display().to_string()]).failed();
    assert!(told.contains("is a Parquet file") && told.contains("--features arrow"), "{told}");
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn example(more: &[&str]) -> String {
    let usage = "examples/somagent/traces/usage.csv";
    let mut args = vec!["rightsize", usage, "--estate", "examples/somagent", "--sort", "name"];
    args.extend(more);
    let output = trimtab(&args).current_dir(root()).output().expect("runs");
    Ran::of(output).fine()
}

/// What stands between the marks of the document is what the command says.
#[test]
fn the_example_of_the_document_is_real() {
    let result: serde_json::Value = serde_json::from_str(&example(&["-o", "json"])).expect("JSON");
    let mut table =
        "| service | sizes | CPU request | memory request | memory limit | saves USD a month \
                     | OOM kills | h above the CPU request |\n|---|---|---|---|---|---|---|---|\n"
            .to_owned();
    for container in result["containers"].as_array().expect("containers") {
        for (name, key) in [
            ("as it is", "present"),
            ("`vpa`", "vpa"),
            ("`krr-simple`", "krr"),
            ("`runbook`", "runbook"),
        ] {
            let answer = &container[key];
            let mib = |of: &str| {
                let bytes = answer[of]["memory"].as_f64();
                bytes.map_or_else(
                    || "-".to_owned(),
                    |bytes| format!("{:.0} MiB", bytes / 1_048_576.0),
                )
            };
            let hours: trimtab::Duration =
                answer["risk"]["cpuAtRisk"].as_str().expect("a length").parse().expect("a length");
            let saved = answer["savedMonthly"].as_i64();
            table.push_str(&format!(
                "| {} | {name} | {}m | {} | {} | {} | {} | {:.0} |\n",
                container["workload"].as_str().expect("a name"),
                answer["requests"]["cpu"],
                mib("requests"),
                mib("limits"),
                saved.map_or(String::new(), |saved| format!("{:.2}", saved as f64 / 1e6)),
                answer["risk"]["oomKills"],
                hours.as_seconds() / 3600.0,
            ));
        }
    }
    let document = std::fs::read_to_string(root().join("docs/rightsizing.md")).expect("read");
    let (_, rest) = document.split_once("<!-- somagent -->\n").expect("a mark");
    let (shown, _) = rest.split_once("<!-- end -->").expect("its end");
    assert_eq!(shown, table, "docs/rightsizing.md differs from:\n{table}");
}

/// Renew it with `trimtab rightsize examples/somagent/traces/usage.csv --estate examples/somagent
/// --workload memory-gateway --svg docs/memory-gateway.svg`.
#[test]
fn the_picture_of_the_document_is_real() {
    let svg = folder("rightsize-document").join("memory-gateway.svg");
    let path = svg.display().to_string();
    example(&["--workload", "memory-gateway", "--svg", &path]);
    let read = |path: PathBuf| std::fs::read(path).expect("read");
    let shown = read(root().join("docs/memory-gateway.svg"));
    assert!(read(svg) == shown, "docs/memory-gateway.svg is not what the command draws");
}
