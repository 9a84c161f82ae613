//! Merkle trees as Certificate Transparency has them (RFC 6962, section 2.1; RFC 9162 says the same and how a path is checked).
//!
//! A leaf is hashed with a 0 in front and a node with a 1, so that neither can be taken for the other. A tree of n leaves has the
//! largest power of two below n on its left side.
use sha2::{Digest, Sha256};

/// SHA-256 of a leaf, a node or a whole tree.
pub type Hash = [u8; 32];

/// The hash of a leaf: SHA-256 of a 0 and the data.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash of a node: SHA-256 of a 1 and its two sides.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree over these leaves. Without leaves it is SHA-256 of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// What is needed beside the leaf at `index` to compute the root, from the leaf upwards: PATH(m, D[n]) of RFC 6962, section 2.1.1.
/// `None` when there is no such leaf.
pub fn audit_path(index: usize, leaves: &[Hash]) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    if leaves.len() == 1 {
        return Some(Vec::new());
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, beside) = match index.checked_sub(left.len()) {
        None => (audit_path(index, left)?, root(right)),
        Some(index) => (audit_path(index, right)?, root(left)),
    };
    path.push(beside);
    Some(path)
}

/// Whether `leaf` is the one at `index` of the tree with `size` leaves and this root, as `path` shows: RFC 9162, section 2.1.3.2.
///
/// ```
/// use purser_compliance::merkle::{audit_path, leaf_hash, root, verify_inclusion};
///
/// let leaves: Vec<_> = ["a", "b", "c"].iter().map(|text| leaf_hash(text.as_bytes())).collect();
/// let path = audit_path(2, &leaves).unwrap();
/// assert!(verify_inclusion(&leaf_hash(b"c"), 2, 3, &path, &root(&leaves)));
/// assert!(!verify_inclusion(&leaf_hash(b"d"), 2, 3, &path, &root(&leaves)));
/// ```
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size.saturating_sub(1), *leaf);
    for beside in path {
        if last == 0 {
            return false;
        }
        if !place.is_multiple_of(2) || place == last {
            hash = node_hash(beside, &hash);
            // A node without a right neighbour is moved up as it is.
            while place.is_multiple_of(2) && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            hash = node_hash(&hash, beside);
        }
        place /= 2;
        last /= 2;
    }
    last == 0 && hash == *root
}

/// The largest power of two below `count`, which is 2 at least.
fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}

#[cfg(test)]
mod tests;
