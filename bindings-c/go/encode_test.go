package reqtrail

import (
	"math"
	"testing"
)

func TestStepsAreWhole(t *testing.T) {
	var s encoder
	equal(t, s.whole(), true)
	s.pair(1, 0, "GET", "/path")
	s.number(2, 5, 7)
	s.pair(3, 6, "one", "two")
	s.text(4, "")
	equal(t, s.whole(), true)
	for cut := 1; cut <= len(s); cut++ {
		// A cut is whole only where a step ends.
		equal(t, s[:len(s)-cut].whole(), cut == 19 || cut == 19+25 || cut == 19+25+27 || cut == len(s))
	}
}

// A length beyond 32 bits is kept, so that no part of a large body is ever read as steps.
func TestStepsOfLargeBodies(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("no such lengths")
	}
	for _, lengths := range [][2]int{{1<<32 + 5, 0}, {0, 1<<32 + 5}, {5, 1 << 32}, {1 << 32, 5}, {-1, 0}, {0, -1}, {-1, 6}, {3, -1}, {math.MaxInt, math.MaxInt}} {
		var s encoder
		s.head(1, 0, lengths[0], lengths[1])
		s = append(s, "five!"...)
		equal(t, s.whole(), false)
	}
}
