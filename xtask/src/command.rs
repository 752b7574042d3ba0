//! The completions and the man pages of the command `reqtrail`, printed from its arguments.

use clap::Command;
use clap_complete::{Shell, generate};
use clap_mangen::Man;

/// The folders that hold only these files.
pub(crate) const FOLDERS: [&str; 2] = ["cli/completions", "cli/man"];

/// The completions and what their files are called, as their shells look for them.
const SHELLS: [(Shell, &str); 4] = [
    (Shell::Bash, "reqtrail.bash"),
    (Shell::Zsh, "_reqtrail"),
    (Shell::Fish, "reqtrail.fish"),
    (Shell::PowerShell, "reqtrail.ps1"),
];

/// Returns the path and the text of each file.
pub(crate) fn files() -> Result<Vec<(String, String)>, String> {
    let mut files = Vec::new();
    for (shell, name) in SHELLS {
        let mut text = Vec::new();
        generate(shell, &mut reqtrail_cli::command(), "reqtrail", &mut text);
        files.push((format!("cli/completions/{name}"), lines(text)?));
    }
    let mut command = reqtrail_cli::command().disable_help_subcommand(true);
    // What every subcommand takes is on its page, too.
    command.build();
    files.push(page(&command, "reqtrail")?);
    for subcommand in command.get_subcommands() {
        files.push(page(
            subcommand,
            &format!("reqtrail-{}", subcommand.get_name()),
        )?);
    }
    Ok(files)
}

/// The man page of a command.
fn page(command: &Command, name: &str) -> Result<(String, String), String> {
    let man = Man::new(command.clone().display_name(name))
        .title(name)
        .source("reqtrail")
        .manual("reqtrail");
    let mut text = Vec::new();
    let out = &mut text;
    man.render_title(out)
        .and_then(|()| man.render_name_section(out))
        .and_then(|()| man.render_synopsis_section(out))
        .and_then(|()| man.render_description_section(out))
        .map_err(|e| e.to_string())?;
    out.extend(examples(command).bytes());
    man.render_options_section(out).map_err(|e| e.to_string())?;
    if command.has_subcommands() {
        man.render_subcommands_section(out)
            .map_err(|e| e.to_string())?;
    }
    if let Some(more) = command.get_after_help() {
        out.extend(format!(".SH NOTES\n{}", verbatim(&more.to_string())).bytes());
    }
    Ok((format!("cli/man/{name}.1"), lines(text)?))
}

/// The section of the examples that head the help.
fn examples(command: &Command) -> String {
    let Some(text) = command.get_before_help() else {
        return String::new();
    };
    let text = text.to_string();
    let (_, examples) = text.split_once(": ").unwrap_or_default();
    let examples: Vec<&str> = examples.lines().map(str::trim).collect();
    format!(".SH EXAMPLES\n{}", verbatim(&examples.join("\n")))
}

/// Lines that stay as they are.
fn verbatim(text: &str) -> String {
    let mut out = ".nf\n".to_owned();
    for line in text.trim_end().lines() {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        // What begins with these is a request to the formatter.
        if line.starts_with(['.', '\'']) {
            out.push_str("\\&");
        }
        out.push_str(&line);
        out.push('\n');
    }
    out + ".fi\n"
}

/// The text, with the ends of its lines as editors leave them.
fn lines(text: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(text).map_err(|e| e.to_string())?;
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n").trim_end().to_owned() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subcommand_has_a_page_with_an_example() {
        let files = files().expect("files");
        for subcommand in reqtrail_cli::command().get_subcommands() {
            let path = format!("cli/man/reqtrail-{}.1", subcommand.get_name());
            let page = files.iter().find(|(printed, _)| *printed == path);
            let (_, text) = page.expect(&path);
            assert!(text.contains(".SH EXAMPLES\n.nf\nreqtrail "), "{text}");
        }
        assert_eq!(
            files
                .iter()
                .filter(|(path, _)| path.starts_with("cli/completions/"))
                .count(),
            4
        );
    }

    #[test]
    fn what_looks_like_a_request_to_the_formatter_is_text() {
        assert_eq!(
            verbatim(".SH x\n'y'\n--a \\n\n"),
            ".nf\n\\&.SH x\n\\&'y'\n\\-\\-a \\en\n.fi\n"
        );
    }
}
