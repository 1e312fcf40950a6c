package deployment

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The progress of an action is not repeated with each poll, but often enough to see that it goes on.
func TestProgressIsRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []string
		i := invocation{send: func(message string) { got = append(got, message) }}
		for range 4 {
			i.sendProgress("0 of 2")
			time.Sleep(10 * time.Second)
		}
		i.sendProgress("1 of 2")
		i.sendProgress("1 of 2")
		if want := []string{"0 of 2", "0 of 2", "1 of 2"}; !slices.Equal(got, want) {
			t.Errorf("the progress was %q; want %q", got, want)
		}
	})
}
