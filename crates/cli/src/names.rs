//! Names: those of the model as the command line has them, and words that stand for one of a few things.

/// A name of the model as the command line has it: `PreferredCacheClusterAZs` is `preferred-cache-cluster-azs`.
pub(crate) fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let upper = |place: usize| letters.get(place).is_some_and(char::is_ascii_uppercase);
    let lower = |place: usize| letters.get(place).is_some_and(char::is_ascii_lowercase);
    // The plural of an acronym belongs to it: `AZs`.
    let plural = |place: usize| place + 1 == letters.len() && letters[place] == 's' && place > 1 && upper(place - 2);
    let mut kebab = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let word_before = place > 0 && !upper(place - 1);
        let word_begins = place > 0 && lower(place + 1) && !plural(place + 1);
        if upper(place) && (word_before || word_begins) {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

/// What `name` stands for in a table of names.
pub(crate) fn find<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, meant)| *meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_model_become_options() {
        for (name, option) in [
            ("SourceSnapshotName", "source-snapshot-name"),
            ("PreferredCacheClusterAZs", "preferred-cache-cluster-azs"),
            ("AZMode", "az-mode"),
            ("EC2SecurityGroupName", "ec2-security-group-name"),
            ("S3BucketName", "s3-bucket-name"),
            ("GetCallerIdentity", "get-caller-identity"),
            ("MultiAZEnabled", "multi-az-enabled"),
        ] {
            assert_eq!(kebab(name), option);
        }
    }
}
