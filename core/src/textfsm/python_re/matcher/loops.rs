//! Loops whose iterations are counted, or may be empty.

use super::{Exhausted, Frame, NONE, Run, Step, Turn, narrow};

impl<const ASCII: bool> Run<'_, ASCII> {
    pub(super) fn enter(&mut self, id: u32, pos: usize) -> Result<Step, Exhausted> {
        self.turn(id, Turn { count: NONE, last: NONE })?;
        self.next(id, pos)
    }

    /// After an iteration, or before the first: one more, or out of the loop.
    pub(super) fn next(&mut self, id: u32, pos: usize) -> Result<Step, Exhausted> {
        let this = self.program.loops[id as usize];
        let turn = self.state.turns[id as usize];
        let count = turn.count.wrapping_add(1);
        if count < this.min {
            self.turn(id, Turn { count, ..turn })?;
            return Ok(Some((this.body as usize, pos)));
        }
        if this.is_lazy {
            self.state.push(Frame::Again { id, pos: narrow(pos) })?;
            return Ok(Some((this.exit as usize, pos)));
        }
        if !may_go_on(this.max, turn, pos) {
            return Ok(Some((this.exit as usize, pos)));
        }
        self.state.push(Frame::Go { at: this.exit, pos: narrow(pos) })?;
        self.turn(id, Turn { count, last: narrow(pos) })?;
        Ok(Some((this.body as usize, pos)))
    }

    pub(super) fn again(&mut self, id: u32, pos: usize) -> Result<Step, Exhausted> {
        let this = self.program.loops[id as usize];
        let turn = self.state.turns[id as usize];
        if !may_go_on(this.max, turn, pos) {
            return Ok(None);
        }
        self.turn(id, Turn { count: turn.count.wrapping_add(1), last: narrow(pos) })?;
        Ok(Some((this.body as usize, pos)))
    }

    /// Notes the state of a loop, so that going back undoes it.
    fn turn(&mut self, id: u32, turn: Turn) -> Result<(), Exhausted> {
        let was = std::mem::replace(&mut self.state.turns[id as usize], turn);
        self.state.push(Frame::Turn { id, was })
    }
}

/// Whether there may be one more iteration: an empty one is the last.
fn may_go_on(max: u32, turn: Turn, pos: usize) -> bool {
    (max == u32::MAX || turn.count.wrapping_add(1) < max) && turn.last != narrow(pos)
}
