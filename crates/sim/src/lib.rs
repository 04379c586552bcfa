//! An estate in virtual time.
//!
//! Load arrives at services, a stated model of their replicas serves it, metrics are taken of
//! what happens and arrive late, and the decisions made on them change the replicas: a closed
//! loop without a clock, a thread or chance. The same estate with the same seed gives the same
//! bytes on every machine. The model's equations and its limits stand on one page,
//! `docs/model.md`.
//!
//! - [`Estate`], [`Service`], [`Plant`] and [`Demand`] say what there is.
//! - [`World`] lets time pass: [`step`](World::step), [`drive`](World::drive),
//!   [`drive_bounded`](World::drive_bounded). A [`Course`] is one service in it, with its
//!   [`Change`]s, its [`Score`] and its [`Point`]s to draw.
//! - [`OpenLoop`] plays a recorded series to a policy, with nothing fed back.
//! - [`Launch`] makes load up.
//!
//! ```
//! use trimtab_core::rules::{Base, Beyond, Change, Metric, Rules, Unit, When};
//! use trimtab_core::{Bytes, Duration, MilliCores, Money, Policy, Real, Replicas, Timestamp};
//! use trimtab_sim::{Amounts, Demand, Estate, Lag, Limits, Plant, Prices, Resources, Service, World};
//!
//! // Grows by one after 5 minutes above 70 % of its CPU request.
//! let cpu = Metric::gauge("cpu", Unit::PercentOf(Base::Request), Duration::seconds(15));
//! let up = [("cpu", Beyond::Above, 70.0, Duration::minutes(5))];
//! let step = Change::Step(Replicas::new(1));
//! let policy = Policy::under_rules("web", 2..=9, Rules::new(vec![cpu]).grow(When::Any, step, &up)?)?;
//!
//! let from: Timestamp = "2026-03-01T12:00:00Z".parse()?;
//! let minute = |minutes| from.saturating_add(Duration::minutes(minutes));
//! let web = Service {
//!     id: "web".into(),
//!     target: None,
//!     scale_event: None,
//!     start: Replicas::new(2),
//!     resources: Resources {
//!         requests: Amounts { cpu: MilliCores::new(500), memory: Bytes::new(1 << 30) },
//!         limits: Limits::default(),
//!     },
//!     plant: Plant {
//!         capacity: Real::new(100.0),
//!         service_time: Duration::millis(20),
//!         cpu_idle: MilliCores::new(20),
//!         cpu_full: MilliCores::new(500),
//!         memory_idle: Bytes::new(200 << 20),
//!         memory_per_request: Bytes::new(1 << 20),
//!         queue_limit: Real::new(500.0),
//!         start_up: Duration::seconds(20),
//!         readiness: Duration::seconds(10),
//!         think_time: Duration::seconds(5),
//!         capacity_users: None,
//!         metric_lag: Lag { least: Duration::seconds(15), most: Duration::seconds(55) },
//!         metric_interval: Duration::seconds(15),
//!     },
//!     demand: Demand::steps(vec![(from, 120.0), (minute(10), 180.0)])?,
//!     slo: None,
//!     policy,
//! };
//! let mut world = World::new(Estate {
//!     name: "shop".into(),
//!     currency: "USD".into(),
//!     prices: Prices {
//!         cpu_core_hour: Money::from_micros(32_000),
//!         memory_gib_hour: Money::from_micros(4_000),
//!     },
//!     seed: 7,
//!     tick: Duration::seconds(15),
//!     from,
//!     until: minute(60),
//!     services: vec![web],
//! })?;
//!
//! world.drive(minute(60))?;
//! let web = &world.courses()[0];
//! let change = &web.changes()[0];
//! // 180/s over 2 replicas: 90 % busy, 20 + 480 x 0.9 = 452 of 500 millicores.
//! assert_eq!(change.because.to_string(), "cpu was above 70 for 5m (needed 5m), now 90.4");
//! assert_eq!((web.changes().len(), web.replicas().get()), (1, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::as_conversions,
    clippy::float_cmp,
    clippy::arithmetic_side_effects,
    clippy::integer_division,
    clippy::modulo_arithmetic,
    clippy::exit,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_types,
    clippy::disallowed_methods
)]

mod arith;
mod course;
mod curve;
mod demand;
mod error;
mod estate;
mod facts;
mod ledger;
mod metrics;
mod open_loop;
mod picture;
mod plant;
mod pods;
mod queue;
mod seed;
mod service;
mod shape;
mod tape;
mod world;

pub use self::course::Course;
pub use self::curve::{Curve, LN_20, Load, MOST_UTILISATION};
pub use self::demand::{Between, Demand, MOST};
pub use self::error::{Error, Problem};
pub use self::estate::{Estate, Prices};
pub use self::ledger::{Change, FLAP, Score};
pub use self::open_loop::{Effect, OpenLoop, Outcome, upward_crossings};
pub use self::picture::{MOST_POINTS, Point};
pub use self::plant::{Lag, Plant};
pub use self::queue::{Flow, Queue};
pub use self::seed::Seed;
pub use self::service::{Amounts, Limits, Resources, Service, Slo, Target};
pub use self::shape::Launch;
pub use self::tape::Keep;
pub use self::world::{Warning, World};
