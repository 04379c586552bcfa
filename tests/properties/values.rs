//! Values and their texts.

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use trimtab::{Digest, Duration, Notation, Quantity, Real, Timestamp, json};
use trimtab_tests::policies;

use crate::cases;

fn length() -> impl Strategy<Value = i64> {
    let units =
        select(vec![1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000, 86_400_000_000_000]);
    prop_oneof![0..=i64::MAX, (0..1_000_i64, units).prop_map(|(n, unit)| n * unit)]
}

proptest! {
    #![proptest_config(cases(3_000))]

    /// As another library prints and reads them.
    #[test]
    fn instants_are_rfc_3339(nanos in any::<i64>(), minutes in -1_439..=1_439_i64) {
        let at = Timestamp::from_nanos(nanos);
        let theirs = jiff::Timestamp::from_nanosecond(i128::from(nanos)).expect("in range");
        prop_assert_eq!(at.to_string(), theirs.to_string());
        prop_assert_eq!(at.to_string().parse::<Timestamp>(), Ok(at));
        let zone = jiff::tz::Offset::from_seconds(i32::try_from(minutes * 60).expect("small"));
        let text = theirs.display_with_offset(zone.expect("in range")).to_string();
        prop_assert_eq!(text.parse::<Timestamp>(), Ok(at), "{}", text);
        let read: Timestamp = serde_json::from_str(&json::to_string(&at)).expect("reads back");
        prop_assert_eq!(read, at);
    }

    /// What is not an instant to the other library is none here, and the other way round, but for
    /// what is stated: years outside 1677 to 2262, and zones of 24 hours and more.
    #[test]
    fn texts_that_are_no_instants(text in "[0-9]{4}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-][0-1][0-9]:[0-5][0-9])") {
        let theirs: Result<jiff::Timestamp, _> = text.parse();
        let in_range = theirs.ok().and_then(|at| i64::try_from(at.as_nanosecond()).ok());
        let ours = text.parse::<Timestamp>().ok().map(Timestamp::nanos);
        // A leap second is the second after it here, and the second before it there.
        if !text[17..].starts_with("60") {
            prop_assert_eq!(ours, in_range, "{}", text);
        }
    }

    #[test]
    fn lengths_come_back(nanos in length()) {
        let length = Duration::from_nanos(nanos).expect("not negative");
        prop_assert_eq!(length.to_string().parse::<Duration>(), Ok(length));
    }

    /// Beyond 18 digits a text is read by Kubernetes' slower way, which wraps.
    #[test]
    fn milli_amounts_come_back(milli in -999_999_999_999_999_999..=999_999_999_999_999_999_i64) {
        for notation in [Notation::Decimal, Notation::Exponent] {
            let amount = Quantity::from_milli(milli, notation);
            prop_assert_eq!(amount.milli(), milli);
            let read: Quantity = amount.to_string().parse().expect("its own text");
            prop_assert_eq!(read.milli(), milli, "{}", amount);
            prop_assert_eq!(read.to_string(), amount.to_string());
        }
    }

    /// The text of a quantity is settled: reading it and printing it again changes nothing.
    #[test]
    fn quantities_are_settled(
        sign in select(vec!["", "-", "+"]),
        whole in 0..=99_999_999_u64,
        fraction in "(\\.[0-9]{0,12})?",
        suffix in select(vec!["n", "u", "m", "", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "e3", "E-2"]),
    ) {
        let text = format!("{sign}{whole}{fraction}{suffix}");
        let amount: Quantity = text.parse().expect("a quantity");
        let shown = amount.to_string();
        let read: Quantity = shown.parse().expect("its own text");
        let again = read.to_string();
        // A binary amount of 1024 and more that is no multiple of 1024 loses its notation.
        if shown.ends_with('i') || !suffix.ends_with('i') {
            prop_assert_eq!(&again, &shown, "{}", text);
            // What has no i64 of thousandths wraps by its notation, as Kubernetes' does.
            if amount.as_f64().abs() < 9e15 && !amount.is_negative() {
                prop_assert_eq!(read.milli(), amount.milli(), "{}", text);
            }
        }
        // Rounded up; below zero, beyond a billionth, Kubernetes has a way of its own.
        let exact = format!("{whole}{}e0", if fraction == "." { "" } else { &fraction });
        if suffix.is_empty() && sign != "-" {
            let exact: f64 = exact.parse().expect("a number");
            prop_assert!((amount.milli().unsigned_abs() as f64 - exact * 1e3) < 1.001);
            prop_assert!(amount.milli().unsigned_abs() as f64 >= exact * 1e3 - 1e-3);
        }
    }

    #[test]
    fn doubles_come_back(bits in any::<u64>()) {
        let value = Real::new(f64::from_bits(bits));
        let text = json::to_string(&value);
        prop_assert_eq!(serde_json::from_str::<Real>(&text).expect("reads back"), value);
    }
}

proptest! {
    #![proptest_config(cases(300))]

    /// A policy that went through text is the same policy, by its digest too; another one has
    /// another digest.
    #[test]
    fn digests_name_policies(policy in policies::ordinary(), other in policies::ordinary()) {
        let read = json::read_policy(&json::to_string(&policy)).expect("reads back");
        prop_assert_eq!(read.digest(), policy.digest());
        prop_assert_eq!(read.digest().to_string().parse::<Digest>(), Ok(policy.digest()));
        prop_assert_eq!(&read, &policy);
        prop_assert_eq!(other.digest() == policy.digest(), other == policy);
    }
}
