package resourcekit

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestRecentKeepsAnAnswerForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r Recent[int]
		n := 0
		read := func() (int, error) { n++; return n, nil }
		expect := func(key string, want int) {
			t.Helper()
			if got, err := r.Get(key, read); got != want || err != nil {
				t.Errorf("%s is %d, %v; want %d", key, got, err, want)
			}
		}
		if _, err := r.Get("a", func() (int, error) { return 0, errors.New("down") }); err == nil {
			t.Error("an error is hidden")
		}
		expect("a", 1)
		expect("a", 1)
		expect("b", 2)
		r.Forget("a")
		expect("a", 3)
		expect("b", 2)
		time.Sleep(recentAge)
		expect("a", 4)
	})
}
