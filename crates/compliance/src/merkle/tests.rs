use super::*;
use proptest::prelude::*;
use purser_kernel::hex;
use std::collections::HashMap;

/// The leaves by which implementations of Certificate Transparency are compared.
fn reference() -> Vec<Hash> {
    let data: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    data.iter().map(|data| leaf_hash(data)).collect()
}

/// The roots that certificate-transparency's own tests give for them.
#[test]
fn the_roots_are_those_of_certificate_transparency() {
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    for (size, expected) in roots.iter().enumerate() {
        assert_eq!(hex::encode(&root(&reference()[..size])), *expected, "{size} leaves");
    }
}

/// RFC 6962, section 2.1.3: the tree of seven entries, its nodes a to l, and the four paths that it lists.
#[test]
#[expect(clippy::many_single_char_names, reason = "as the RFC names them")]
fn the_paths_are_those_of_the_rfcs_example() {
    let leaves = &reference()[..7];
    let [a, b, c, d, e, f, j] = <[Hash; 7]>::try_from(leaves).unwrap();
    let (g, h, i) = (node_hash(&a, &b), node_hash(&c, &d), node_hash(&e, &f));
    let (k, l) = (node_hash(&g, &h), node_hash(&i, &j));
    assert_eq!(root(leaves), node_hash(&k, &l));
    assert_eq!(audit_path(0, leaves).unwrap(), [b, h, l]);
    assert_eq!(audit_path(3, leaves).unwrap(), [c, g, l]);
    assert_eq!(audit_path(4, leaves).unwrap(), [f, j, k]);
    assert_eq!(audit_path(6, leaves).unwrap(), [i, k]);
}

#[test]
fn a_tree_of_one_is_its_leaf_and_nothing_is_in_none() {
    let leaf = leaf_hash(b"a");
    assert!(verify_inclusion(&leaf, 0, 1, &[], &leaf));
    assert!(!verify_inclusion(&leaf, 0, 0, &[], &root(&[])));
    assert_eq!(audit_path(0, &[]), None);
    assert_eq!(audit_path(1, &[leaf]), None);
}

/// A tree that is made otherwise: level by level from below, in which a node without a neighbour is moved up. Returns the root and,
/// for each leaf, what stood beside it on the way.
fn naive(leaves: &[Hash]) -> (Hash, HashMap<usize, Vec<Hash>>) {
    let mut paths: HashMap<usize, Vec<Hash>> = (0..leaves.len()).map(|leaf| (leaf, Vec::new())).collect();
    let mut level: Vec<(Hash, Vec<usize>)> = leaves.iter().enumerate().map(|(at, leaf)| (*leaf, vec![at])).collect();
    while level.len() > 1 {
        let mut above = Vec::new();
        for pair in level.chunks(2) {
            let [(left, below_left), (right, below_right)] = pair else {
                above.push(pair[0].clone());
                continue;
            };
            for leaf in below_left {
                paths.get_mut(leaf).unwrap().push(*right);
            }
            for leaf in below_right {
                paths.get_mut(leaf).unwrap().push(*left);
            }
            above.push((node_hash(left, right), [below_left.clone(), below_right.clone()].concat()));
        }
        level = above;
    }
    (level[0].0, paths)
}

fn leaves(size: usize) -> Vec<Hash> {
    (0..size).map(|place| leaf_hash(&place.to_be_bytes())).collect()
}

proptest! {
    #[test]
    fn roots_and_paths_are_those_of_a_tree_made_from_below(size in 1_usize..200) {
        let leaves = leaves(size);
        let (expected, paths) = naive(&leaves);
        prop_assert_eq!(root(&leaves), expected);
        for (index, path) in paths {
            prop_assert_eq!(audit_path(index, &leaves).unwrap(), path);
        }
    }

    #[test]
    fn every_leaf_is_shown_to_be_where_it_is_and_nowhere_else(size in 1_usize..100, index in 0_usize..100, other in 0_usize..100) {
        let leaves = leaves(size);
        let (index, other) = (index % size, other % size);
        let (root, path) = (root(&leaves), audit_path(index, &leaves).unwrap());
        let at = |place: usize| u64::try_from(place).unwrap();
        prop_assert!(verify_inclusion(&leaves[index], at(index), at(size), &path, &root));
        prop_assert_eq!(verify_inclusion(&leaves[index], at(other), at(size), &path, &root), other == index);
        prop_assert_eq!(verify_inclusion(&leaves[other], at(index), at(size), &path, &root), other == index);
        // A path of another length is none.
        let longer = [path.clone(), vec![root]].concat();
        prop_assert!(!verify_inclusion(&leaves[index], at(index), at(size), &longer, &root));
        if let Some((_, shorter)) = path.split_last() {
            prop_assert!(!verify_inclusion(&leaves[index], at(index), at(size), shorter, &root));
        }
        for place in 0..path.len() {
            let mut forged = path.clone();
            forged[place][0] ^= 1;
            prop_assert!(!verify_inclusion(&leaves[index], at(index), at(size), &forged, &root));
        }
    }
}
