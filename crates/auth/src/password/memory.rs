//! The memory that hashes are made in, handed on from one to the next.
//!
//! An allocator that gets tens of megabytes back does not have to give them to the system, and glibc's keeps several times what two hashes
//! need while two hundred wait. Here nobody allocates while somebody waits, and nothing is kept when nobody does.
use argon2::Block;
use std::sync::{Mutex, PoisonError};

/// As many pieces of memory as hashes run at once, at the most.
#[derive(Default)]
pub(super) struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    /// Memory of `blocks` blocks of 1 KiB. What stands in it is overwritten by whoever makes a hash in it.
    pub(super) fn take(&self, blocks: usize) -> Vec<Block> {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut memory = spare.unwrap_or_default();
        if memory.capacity() < blocks {
            memory = Vec::with_capacity(blocks);
        }
        memory.resize(blocks, Block::new());
        memory
    }

    /// Keeps the memory for the next hash.
    pub(super) fn hand_on(&self, memory: Vec<Block>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }

    /// Gives back what nobody took.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_handed_on() {
        let memory = Memory::default();
        let first = memory.take(64);
        let place = first.as_ptr();
        memory.hand_on(first);
        let (second, third) = (memory.take(64), memory.take(64));
        assert_eq!(second.as_ptr(), place);
        assert_ne!(third.as_ptr(), place);
    }

    #[test]
    fn it_is_as_much_as_is_asked_for() {
        let memory = Memory::default();
        for blocks in [64, 128, 8, 64] {
            let taken = memory.take(blocks);
            assert_eq!(taken.len(), blocks);
            memory.hand_on(taken);
        }
    }

    #[test]
    fn what_nobody_took_is_given_back() {
        let memory = Memory::default();
        memory.hand_on(memory.take(64));
        memory.clear();
        assert!(memory.is_empty());
    }
}
