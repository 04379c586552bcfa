//! An estate's documents.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use trimtab::documents::{Document, Source, read_estate};
use trimtab::estate::LoadError;
use trimtab::failure::Failure;
use trimtab::files;

use crate::failure::{guarded, raised, shown};
use crate::policy::Policy;

/// An estate's documents, read and checked: services, what governs them, what they cost.
#[pyclass(frozen, eq, from_py_object, module = "trimtab", name = "Estate")]
#[derive(Clone, Debug)]
pub(crate) struct Estate {
    pub(crate) document: Document,
    sources: Vec<Source>,
}

impl PartialEq for Estate {
    fn eq(&self, other: &Self) -> bool {
        self.document == other.document
    }
}

impl Estate {
    fn of(sources: Vec<Source>) -> Result<Self, LoadError> {
        let document = read_estate(&sources).map_err(LoadError::Findings)?;
        Ok(Self { document, sources })
    }
}

#[pymethods]
impl Estate {
    /// Reads the documents of a folder and of the folders in it, or the one of a file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        py.detach(|| guarded(|| Self::of(files::documents(&path)?)))
    }

    /// Reads documents from texts, each under a name that messages show.
    #[staticmethod]
    fn read(documents: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut sources = Vec::new();
        for (name, text) in documents {
            let (name, text): (String, String) = (name.extract()?, text.extract()?);
            sources.push(Source::new(&name, text.into_bytes()));
        }
        guarded(|| Self::of(sources))
    }

    /// The estate's name.
    #[getter]
    fn name(&self) -> &str {
        self.document.name()
    }

    /// The names of its services, in the order of the documents.
    #[getter]
    fn services(&self) -> Vec<&str> {
        self.document.policies().map(|policy| policy.service().as_str()).collect()
    }

    /// What is likely a mistake, but does no harm.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.document.warnings().iter().map(|finding| shown(py, finding)).collect()
    }

    /// What governs a service.
    fn policy(&self, service: &str) -> PyResult<Policy> {
        let policy = self.document.policy(service).cloned();
        let unknown = || raised(Failure::unknown_service(service, self.services()));
        Ok(Policy(Arc::new(policy.ok_or_else(unknown)?)))
    }

    fn __repr__(&self) -> String {
        let services = self.document.policies().count();
        format!("<Estate {} with {services} services>", self.name())
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyDict>,))> {
        let documents = PyDict::new(py);
        for source in &self.sources {
            documents.set_item(source.name(), source.text())?;
        }
        Ok((py.get_type::<Self>().getattr("read")?, (documents,)))
    }
}
