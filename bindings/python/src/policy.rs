//! What governs a service, and what its decisions remember.

use std::sync::Arc;

use pyo3::prelude::*;
use trimtab::json;

use crate::failure::guarded;

/// What governs a service: its law, its bounds and its guards. Policies come from an estate.
#[pyclass(frozen, eq, from_py_object, module = "trimtab", name = "Policy")]
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Policy(pub(crate) Arc<trimtab::Policy>);

#[pymethods]
impl Policy {
    /// Reads a policy from its JSON, as records carry it.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        guarded(|| json::read_policy(text)).map(|policy| Self(Arc::new(policy)))
    }

    /// The policy as canonical JSON.
    fn to_json(&self) -> String {
        json::to_string(&*self.0)
    }

    /// The service that it governs.
    #[getter]
    fn service(&self) -> &str {
        self.0.service().as_str()
    }

    /// `rules` or `hpa`.
    #[getter]
    fn law(&self) -> &'static str {
        self.0.law().name()
    }

    /// The fewest and the most replicas.
    #[getter]
    fn bounds(&self) -> (i32, i32) {
        let bounds = self.0.bounds();
        (bounds.min.get(), bounds.max.get())
    }

    /// What states and records name it by.
    #[getter]
    fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    fn __repr__(&self) -> String {
        let (min, max) = self.bounds();
        format!("<Policy of {} under {}, {min} to {max}>", self.service(), self.law())
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<(Py<PyAny>, (String,))> {
        Ok((from_json::<Self>(py)?, (self.to_json(),)))
    }
}

/// What a service's decisions remember: save it, restore it, hand it over.
#[pyclass(frozen, eq, from_py_object, module = "trimtab", name = "State")]
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct State(pub(crate) trimtab::State);

#[pymethods]
impl State {
    /// Reads a saved state.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        guarded(|| json::read_state(text)).map(Self)
    }

    /// The state as canonical JSON.
    fn to_json(&self) -> String {
        json::to_string(&self.0)
    }

    /// The digest of the policy that it belongs to.
    #[getter]
    fn policy(&self) -> String {
        self.0.policy().to_string()
    }

    fn __repr__(&self) -> String {
        format!("<State under policy {}>", self.0.policy())
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<(Py<PyAny>, (String,))> {
        Ok((from_json::<Self>(py)?, (self.to_json(),)))
    }
}

/// What reads a class's JSON again, for pickling.
pub(crate) fn from_json<T: pyo3::PyTypeInfo>(py: Python<'_>) -> PyResult<Py<PyAny>> {
    Ok(T::type_object(py).getattr("from_json")?.unbind())
}
