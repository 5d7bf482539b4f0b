use super::*;
use crate::python::json;

mod compliance;
