//! Files that hold what people wrote, or secrets: for their owner alone, whatever the umask.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// What group and others may do with a file or folder, as bits.
const NOT_THE_OWNER: u32 = 0o077;
/// What others may do, who are not even of the group.
const OTHERS: u32 = 0o007;

/// Makes a new file that its owner alone reads and writes.
///
/// # Errors
/// When one of that name is there already, or it cannot be made.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // A umask may have taken from it what its owner needs.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Makes a new folder that its owner alone opens.
///
/// # Errors
/// When one of that name is there already, or it cannot be made.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// A database and the files that lie beside it, as far as they are there.
pub fn of_database(path: &Path) -> Vec<PathBuf> {
    let all = [path.to_owned(), beside(path, "-wal"), beside(path, "-shm"), beside(path, "-journal")];
    all.into_iter().filter(|file| file.exists()).collect()
}

/// A file beside another that is called as it, and `end`.
pub fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// That others than the owner of a file may read or change it, and what to do; none where they may not.
pub fn too_open(path: &Path) -> Option<String> {
    said(path, NOT_THE_OWNER, "others than its owner")
}

/// As [`too_open`], for a file that a group may share, as that of a secret.
pub fn open_to_all(path: &Path) -> Option<String> {
    said(path, OTHERS, "everyone on this machine")
}

fn said(path: &Path, bits: u32, who: &str) -> Option<String> {
    let mode = mode(path)?;
    (mode & bits != 0).then(|| {
        let shown = path.display();
        format!("{shown} can be read or changed by {who} (mode {:03o}): `chmod 600 {shown}`", mode & 0o777)
    })
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let about = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some(about.permissions().mode())
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_is_made_is_its_owners_alone_and_what_is_wider_is_told() {
        let folder = std::env::temp_dir().join(format!("amends-private-{}", std::process::id()));
        create_folder(&folder).unwrap();
        let bits = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(bits(&folder), 0o700);
        let path = folder.join("a.db");
        create(&path).unwrap();
        assert_eq!((bits(&path), too_open(&path), open_to_all(&path)), (0o600, None, None));
        assert!(create(&path).is_err() && create_folder(&folder).is_err(), "what is there stays as it is");
        for (mode, is_open, is_open_to_all) in [(0o640, true, false), (0o604, true, true), (0o620, true, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(
                (too_open(&path).is_some(), open_to_all(&path).is_some()),
                (is_open, is_open_to_all),
                "{mode:o}"
            );
        }
        let says = too_open(&path).unwrap();
        assert!(says.contains("(mode 620): `chmod 600 "), "{says}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
