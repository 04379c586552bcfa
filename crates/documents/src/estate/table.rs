//! What an estate may hold.

mod plant;
mod rules;
mod service;

use self::rules::RULES;
use self::service::SERVICE;
use crate::field::{Kind, Map, Struct, from, optional, required, whole, word};

/// The version that estates carry.
pub(crate) const VERSION: &str = "trimtab.dev/v1";

/// More replicas than any cluster has, so that a slip of the keyboard is found.
const MOST_REPLICAS: i64 = 1_000_000;

/// A document of an estate.
pub(crate) static ESTATE: Struct = Struct {
    name: "estate",
    doc: "An estate: services, what decides their sizes, and what they have to bear. The documents \
          of a folder are one estate; each thing is given in one of them.",
    fields: &[
        required("apiVersion", Kind::Word(&[word(VERSION, "Version 1.")]), "The format's version."),
        required("kind", Kind::Word(&[word("Estate", "An estate.")]), "The kind of document."),
        optional("name", Kind::Name, "The estate's name; needed once."),
        optional("currency", Kind::Text, "The currency of the prices; USD if not given."),
        optional("prices", Kind::Struct(&PRICES), "What replicas cost; nothing if not given."),
        optional(
            "seed",
            whole(0, 9_007_199_254_740_992),
            "Where all chance of a simulation comes from: the same seed gives the same bytes; 0 if not given.",
        ),
        optional("tick", Kind::Time, "The length of one step of a simulation; 15s if not given."),
        optional(
            "from",
            Kind::Instant,
            "When a simulation begins; at the first row of the traces if not given, or 2026-01-01T00:00:00Z without traces.",
        ),
        optional(
            "until",
            Kind::Instant,
            "When it ends; at the last row of the traces if not given, or a day after its beginning without traces.",
        ),
        optional(
            "policies",
            Kind::Map(&Map { what: "policy", of: Kind::Struct(&RULES), least: 0 }),
            "Rules by name, for services to share.",
        ),
        optional(
            "services",
            Kind::Map(&Map { what: "service", of: Kind::Struct(&SERVICE), least: 0 }),
            "Services by name.",
        ),
    ],
    rules: &[],
    foreign: false,
};

static PRICES: Struct = Struct {
    name: "prices",
    doc: "What replicas cost by what they request, in the estate's currency.",
    fields: &[
        required("cpuCoreHour", from(0.0, 1e6), "The price of one core for one hour."),
        required(
            "memoryGiBHour",
            from(0.0, 1e6),
            "The price of one GiB (2^30 bytes) for one hour.",
        ),
    ],
    rules: &[],
    foreign: false,
};
