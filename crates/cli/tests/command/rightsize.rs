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
