//! The sections of a page.

use super::layout::{INNER, Look, Page, TEXT};
use super::text::{Block, Entry};
use super::topic::{self, Topic};
use super::{syntax, text};
use valkeep_api::{Member, OperationModel, Shape, Structure};

/// The page about `topic`; examples call the program `program`.
pub(crate) fn page(topic: Topic, program: &str, look: Look) -> String {
    let mut page = Page::new(look);
    let entry = topic.entry();
    name(&mut page, topic, program);
    description(&mut page, entry, program);
    synopsis(&mut page, topic, program);
    commands(&mut page, topic);
    options(&mut page, topic);
    global_options(&mut page);
    examples(&mut page, entry, program);
    if let Topic::Operation(_, operation) = topic {
        output(&mut page, entry, operation);
    }
    page.finish()
}

fn named(text: &str, program: &str) -> String {
    text.replace("{program}", program)
}

fn name(page: &mut Page, topic: Topic, program: &str) {
    let command = topic.command();
    let name = if command.is_empty() { program } else { &command };
    page.heading("NAME");
    page.paragraph(TEXT, &format!("{name} - {}", topic.line()));
}

fn description(page: &mut Page, entry: &Entry, program: &str) {
    if entry.description.is_empty() {
        return;
    }
    page.heading("DESCRIPTION");
    for block in &entry.description {
        match block {
            Block::Paragraph(words) => page.paragraph(TEXT, &named(words, program)),
            Block::Literal(lines) => page.literal(TEXT + 2, &named(lines, program)),
        }
    }
}

fn synopsis(page: &mut Page, topic: Topic, program: &str) {
    page.heading("SYNOPSIS");
    let mut command = format!("{program} {}", topic.command()).trim_end().to_owned();
    if !topic.below().is_empty() {
        let bare = matches!(topic, Topic::Configure);
        command.push_str(if bare { " [<command>]" } else { " <command>" });
    }
    page.literal(TEXT, &command);
    for member in topic.members() {
        let usage = syntax::usage(member);
        page.filled(TEXT + 2, &if member.required { usage } else { format!("[{usage}]") });
    }
    for option in topic.own_options() {
        page.filled(TEXT + 2, &format!("[{}]", option.head));
    }
    page.filled(TEXT + 2, "[global options]");
}

fn commands(page: &mut Page, topic: Topic) {
    let below = topic.below();
    if below.is_empty() {
        return;
    }
    page.heading("COMMANDS");
    for command in below {
        page.term(TEXT, &command.word());
        page.filled(INNER, command.line());
    }
}

fn options(page: &mut Page, topic: Topic) {
    let own = topic.own_options();
    if topic.members().is_empty() && own.is_empty() {
        return;
    }
    page.heading("OPTIONS");
    for member in topic.members() {
        parameter(page, topic, member);
    }
    for option in own {
        page.term(TEXT, option.head);
        page.filled(INNER, option.text);
    }
}

fn parameter(page: &mut Page, topic: Topic, member: &Member) {
    let required = if member.required { ", required" } else { "" };
    page.term(TEXT, &format!("{} ({}{required})", syntax::usage(member), syntax::kind(member.shape)));
    page.filled(INNER, topic.member_text(member));
    let values = syntax::values(member.shape);
    if !values.is_empty() {
        page.paragraph(INNER, &format!("Values: {}", values.join(", ")));
    }
    if let Some(shorthand) = syntax::shorthand(member.shape) {
        page.paragraph(INNER, "Shorthand:");
        page.literal(INNER + 2, &shorthand);
        if matches!(member.shape, Shape::Structure(_)) || has_structures(member.shape) {
            page.paragraph(INNER, "JSON:");
            page.literal(INNER + 2, &syntax::json(member.shape, 0));
        }
    }
}

fn has_structures(shape: Shape) -> bool {
    matches!(shape, Shape::List(list) if matches!(list.member, Shape::Structure(_)))
}

fn global_options(page: &mut Page) {
    page.heading("GLOBAL OPTIONS");
    for option in topic::global_options() {
        page.term(TEXT, option.head);
        page.filled(INNER, option.text);
    }
}

fn examples(page: &mut Page, entry: &Entry, program: &str) {
    if entry.examples.is_empty() {
        return;
    }
    page.heading("EXAMPLES");
    for example in &entry.examples {
        page.term(TEXT, example.title);
        page.literal(TEXT + 2, &named(example.lines, program));
    }
}

fn output(page: &mut Page, entry: &Entry, operation: &OperationModel) {
    page.heading("OUTPUT");
    if let Some(answer) = entry.answer {
        page.paragraph(TEXT, answer);
    }
    match operation.output {
        Some(structure) => {
            page.literal(TEXT, "");
            fields(page, TEXT, structure);
        }
        None => page.paragraph(TEXT, "Nothing."),
    }
}

/// The fields of a structure, those of inner structures below their own.
fn fields(page: &mut Page, indent: usize, structure: &Structure) {
    let entry = text::entry(structure.name);
    for member in structure.members {
        let values = syntax::values(member.shape);
        let values = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
        page.item(indent, member.name, &format!("({}{values})", syntax::kind(member.shape)));
        if let Some(text) = entry.field(member.name) {
            page.filled(indent + 4, text);
        }
        inner_fields(page, indent + 2, member.shape);
    }
}

fn inner_fields(page: &mut Page, indent: usize, shape: Shape) {
    if let Shape::Structure(structure) = shape {
        fields(page, indent, structure);
    } else if let Shape::List(list) = shape {
        inner_fields(page, indent, list.member);
    }
}
