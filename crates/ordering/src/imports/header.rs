//! The first row of a file: which column stands where.
use purser_kernel::{FieldError, Problem};

/// Faults of a header that are told: somebody who sends another kind of file need not read a thousand.
const MAX_TOLD: usize = 20;
/// Characters of an unknown column's name that are told.
const MAX_NAME: usize = 60;

/// Which of a sheet's columns stand where in a file.
#[derive(Debug)]
pub(super) struct Header {
    columns: &'static [&'static str],
    /// For each of `columns`, where it stands in the file.
    places: Vec<Option<usize>>,
    /// Cells of a row.
    pub(super) width: usize,
}

impl Header {
    /// Finds the columns by their names, in any order and any case. The first of `columns`, the key, must be there.
    ///
    /// `validation_failed` for a name that is no column or stands there twice: what was meant for it would be lost in silence.
    pub(super) fn read<'n>(
        names: impl Iterator<Item = &'n str>,
        columns: &'static [&'static str],
    ) -> Result<Self, Problem> {
        let mut places = vec![None; columns.len()];
        let mut faults = Vec::new();
        let mut width = 0;
        for (place, name) in names.enumerate() {
            if faults.len() == MAX_TOLD {
                break;
            }
            width = place + 1;
            let name = name.trim();
            let mut fault = |code, message: String| {
                let told: String = name.chars().take(MAX_NAME).collect();
                faults.push(FieldError::new(format!("/{told}"), code, message));
            };
            match columns.iter().zip(&mut places).find(|(column, _)| column.eq_ignore_ascii_case(name)) {
                None if name.contains('\0') => {
                    fault("unknown_column", "is UTF-16 without a byte order mark: say charset=utf-16le".to_owned());
                }
                None => fault("unknown_column", format!("is no column; those are {}", columns.join(", "))),
                Some((_, Some(_))) => fault("duplicate_column", "stands in the header twice".to_owned()),
                Some((_, free)) => *free = Some(place),
            }
        }
        if let (Some(key), Some(None)) = (columns.first(), places.first())
            && faults.len() < MAX_TOLD
        {
            faults.push(FieldError::new(format!("/{key}"), "required", "is the column that rows are known by"));
        }
        if faults.is_empty() {
            return Ok(Self { columns, places, width });
        }
        Err(Problem::validation(faults))
    }

    /// Where the column stands, if the file has it.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        let position = self.columns.iter().position(|name| *name == column)?;
        self.places.get(position).copied().flatten()
    }

    /// The columns that the file has, with their positions in the sheet.
    pub(super) fn present(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let given = self.columns.iter().zip(&self.places).enumerate();
        given.filter(|(_, (_, place))| place.is_some()).map(|(position, (column, _))| (position, *column))
    }

    /// The sheet's column of this name.
    pub(super) fn column(&self, name: &str) -> Option<&'static str> {
        self.columns.iter().find(|column| **column == name).copied()
    }
}

/// How many names of a header are columns.
pub(super) fn known<'n>(names: impl Iterator<Item = &'n str>, columns: &[&str]) -> usize {
    names.filter(|name| columns.iter().any(|column| column.eq_ignore_ascii_case(name.trim()))).count()
}
