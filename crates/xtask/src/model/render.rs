//! The description as Rust text, one file per kind of table.

use std::fmt::Write;

use super::description::{Acceptor, Description, Matcher, Member, Operation, Shape, Waiter};

const HEAD: &str = "//! Written by `cargo xtask model`; not to be edited by hand.\n\n";

/// The files' names and texts, not yet formatted.
pub(super) fn files(description: &Description) -> Vec<(&'static str, String)> {
    vec![
        ("faults.rs", faults(description)),
        ("lists.rs", lists(description)),
        ("operations.rs", operations(description)),
        ("service.rs", service(description)),
        ("strings.rs", strings(description)),
        ("structures.rs", structures(description)),
    ]
}

fn faults(description: &Description) -> String {
    let names: Vec<&String> = description.faults.keys().collect();
    let mut out = format!("{HEAD}use crate::fault::FaultModel;\n\n");
    out += &enumeration("Fault", "The faults that ElastiCache describes, by the names of their shapes.", &names);
    let count = names.len();
    line(&mut out, format_args!("pub(crate) static FAULTS: [FaultModel; {count}] = ["));
    for (name, fault) in &description.faults {
        let (code, status, sender) = (&fault.code, fault.status, fault.sender);
        line(
            &mut out,
            format_args!("FaultModel {{ shape_name: {name:?}, code: {code:?}, status: {status}, sender: {sender} }},"),
        );
    }
    out + "];\n"
}

fn operations(description: &Description) -> String {
    let names: Vec<&String> = description.operations.iter().map(|operation| &operation.name).collect();
    let mut out = format!("{HEAD}use super::structures;\nuse crate::{{Fault, OperationModel, Paginator}};\n\n");
    out += &enumeration("Operation", "The operations of ElastiCache.", &names);
    let count = names.len();
    line(&mut out, format_args!("pub(crate) static OPERATIONS: [OperationModel; {count}] = ["));
    for operation in &description.operations {
        out += &operation_row(operation);
    }
    out + "];\n"
}

fn enumeration(name: &str, sentence: &str, variants: &[&String]) -> String {
    let count = variants.len();
    let list: String = variants.iter().fold(String::new(), |list, variant| list + variant + ",\n");
    let all: String = variants.iter().fold(String::new(), |all, variant| all + "Self::" + variant + ",\n");
    format!(
        "/// {sentence}\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]\n\
         pub enum {name} {{\n{list}}}\n\n\
         impl {name} {{\n/// All of them, sorted by name.\npub const ALL: [Self; {count}] = [\n{all}];\n}}\n\n"
    )
}

fn operation_row(operation: &Operation) -> String {
    let name = &operation.name;
    let input = constant(&operation.input);
    let output = match &operation.output {
        Some(output) => format!("Some(&structures::{})", constant(output)),
        None => "None".to_owned(),
    };
    let wrapper = &operation.result_wrapper;
    let errors: String = operation.errors.iter().fold(String::new(), |errors, error| errors + "Fault::" + error + ",");
    let paginator = match &operation.paginator {
        Some([input, output, limit, result]) => format!(
            "Some(Paginator {{ input_token: {input:?}, output_token: {output:?}, limit_key: {limit:?}, \
             result_key: {result:?} }})"
        ),
        None => "None".to_owned(),
    };
    format!(
        "OperationModel {{ name: {name:?}, input: &structures::{input}, output: {output}, \
         result_wrapper: {wrapper:?}, errors: &[{errors}], paginator: {paginator} }},\n"
    )
}

fn structures(description: &Description) -> String {
    let mut out =
        format!("{HEAD}use super::{{lists, strings, structures}};\nuse crate::{{Member, Shape, Structure}};\n\n");
    for (name, shape) in &description.shapes {
        let Shape::Structure(members) = shape else { continue };
        line(
            &mut out,
            format_args!("pub(super) static {}: Structure = Structure {{ name: {name:?}, members: &[", constant(name)),
        );
        for member in members {
            out += &member_row(member, description);
        }
        out += "] };\n\n";
    }
    out
}

fn member_row(member: &Member, description: &Description) -> String {
    let constructor = if member.required { "required" } else { "optional" };
    let place = match member.location == member.name {
        true => String::new(),
        false => format!(".at({:?})", member.location),
    };
    let shape = shape(&member.shape, description);
    format!("Member::{constructor}({:?}, {shape}){place},\n", member.name)
}

fn lists(description: &Description) -> String {
    let mut out = format!("{HEAD}use super::{{strings, structures}};\nuse crate::{{List, Shape}};\n\n");
    for (name, item) in &description.shapes {
        let Shape::List { member, member_name, min, max } = item else { continue };
        let member = shape(member, description);
        line(
            &mut out,
            format_args!(
                "pub(super) static {}: List = List {{ name: {name:?}, member: {member}, \
                 member_name: {member_name:?}, min: {min:?}, max: {max:?} }};\n",
                constant(name)
            ),
        );
    }
    out
}

fn strings(description: &Description) -> String {
    let mut out = format!("{HEAD}use crate::Text;\n\n");
    for (name, shape) in &description.shapes {
        let Shape::String { values, pattern, min, max } = shape else { continue };
        line(
            &mut out,
            format_args!(
                "pub(super) static {}: Text = Text {{ name: {name:?}, values: &{values:?}, \
                 pattern: {pattern:?}, min: {min:?}, max: {max:?} }};\n",
                constant(name)
            ),
        );
    }
    out
}

fn service(description: &Description) -> String {
    let (version, namespace) = (&description.version, &description.namespace);
    let waiters: String = description.waiters.iter().map(waiter_row).collect();
    format!(
        "{HEAD}use super::OPERATIONS;\nuse crate::{{Acceptor, Service, Waiter, WaiterCondition, WaiterState}};\n\n\
         /// Amazon ElastiCache.\n\
         pub static ELASTICACHE: Service = Service {{ name: \"elasticache\", version: {version:?}, \
         namespace: {namespace:?}, operations: &OPERATIONS, waiters: &[{waiters}] }};\n"
    )
}

fn waiter_row(waiter: &Waiter) -> String {
    let acceptors: String = waiter.acceptors.iter().map(acceptor_row).collect();
    let Waiter { name, operation, delay_s, max_attempts, .. } = waiter;
    format!(
        "Waiter {{ name: {name:?}, operation: {operation:?}, delay_s: {delay_s}, \
         max_attempts: {max_attempts}, acceptors: &[{acceptors}] }},\n"
    )
}

fn acceptor_row(acceptor: &Acceptor) -> String {
    let condition = match &acceptor.matcher {
        Matcher::PathAll { path, expected } => format!("PathAll {{ path: {path:?}, expected: {expected:?} }}"),
        Matcher::PathAny { path, expected } => format!("PathAny {{ path: {path:?}, expected: {expected:?} }}"),
        Matcher::Error { code } => format!("Error {{ code: {code:?} }}"),
    };
    let state = if acceptor.success { "Success" } else { "Failure" };
    format!("Acceptor {{ condition: WaiterCondition::{condition}, state: WaiterState::{state} }},\n")
}

/// The expression for the shape of that name.
fn shape(name: &str, description: &Description) -> String {
    match &description.shapes[name] {
        Shape::Structure(_) => format!("Shape::Structure(&structures::{})", constant(name)),
        Shape::List { .. } => format!("Shape::List(&lists::{})", constant(name)),
        Shape::String { .. } => format!("Shape::String(&strings::{})", constant(name)),
        Shape::Integer => "Shape::Integer".to_owned(),
        Shape::Double => "Shape::Double".to_owned(),
        Shape::Boolean => "Shape::Boolean".to_owned(),
        Shape::Timestamp => "Shape::Timestamp".to_owned(),
    }
}

/// `APICallRate` as `API_CALL_RATE`: a word starts at a capital that follows a small letter or
/// digit, and at the last capital of a run that a small letter ends.
fn constant(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let after_small = at > 0 && !letters[at - 1].is_ascii_uppercase();
        let before_small = at > 0 && letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if letter.is_ascii_uppercase() && (after_small || before_small) {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

fn line(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(out, "{arguments}").expect("writing into a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::constant;

    #[test]
    fn names_become_constants_word_by_word() {
        let cases = [
            ("CopySnapshotMessage", "COPY_SNAPSHOT_MESSAGE"),
            ("APICallRate", "API_CALL_RATE"),
            ("EC2SecurityGroup", "EC2_SECURITY_GROUP"),
            ("ECPUPerSecond", "ECPU_PER_SECOND"),
            ("String", "STRING"),
        ];
        for (name, expected) in cases {
            assert_eq!(constant(name), expected);
        }
    }
}
