package resourcekit

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

var phi = Object{TypeName: "octomil_model", ID: "mdl_1"}

func TestObjectsOfAPlan(t *testing.T) {
	t.Parallel()
	none := tftypes.NewValue(configOf("1").Type(), nil)
	var r Objects
	if others, destroyed := r.Manage(phi, configOf("?"), none); len(others) > 0 || destroyed {
		t.Error("the first resource of an object has company")
	}
	if others, _ := r.Manage(phi, configOf("1"), none); len(others) > 0 {
		t.Error("a configuration that may be the same is another resource")
	}
	if others, _ := r.Manage(Object{TypeName: "octomil_model", ID: "mdl_2"}, configOf("2"), none); len(others) > 0 {
		t.Error("resources of two objects are in conflict")
	}
	r.Forget()
	r.Manage(phi, configOf("1"), configOf("0"))
	if others, _ := r.Manage(phi, configOf("2"), configOf("0")); len(others) != 1 {
		t.Errorf("two configurations of an object: %v", others)
	}
	if r.Managed(phi, configOf("0")) || !r.PlannedBefore(phi, configOf("0")) {
		t.Error("a resource is not recognized by its state")
	}
	if !r.Managed(phi, configOf("9")) || r.PlannedBefore(phi, configOf("9")) {
		t.Error("a resource with another state is taken for the same")
	}
	r.Read(phi)
	r.Read(phi)
	if !r.Destroy(phi, configOf("0")) {
		t.Error("of two resources with the same state, one is not seen")
	}
	if _, destroyed := r.Manage(phi, configOf("1"), configOf("0")); !destroyed {
		t.Error("a resource does not learn that another one destroys its object")
	}
	r.Forget()
	if r.Destroy(phi, configOf("0")) || r.Written(phi) {
		t.Error("something of an earlier walk is left")
	}
}

func TestObjectsOfAnApply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r Objects
		ctx := t.Context()
		began := time.Now()
		if claimed := r.AwaitClaims(ctx, time.Second, phi); len(claimed) > 0 || time.Since(began) != time.Second {
			t.Errorf("after %s, %v is claimed", time.Since(began), claimed)
		}
		go func() {
			time.Sleep(100 * time.Millisecond)
			r.Write(phi)
		}()
		if claimed := r.AwaitClaims(ctx, time.Second, phi); len(claimed) != 1 {
			t.Error("a write that comes in time is not seen")
		}

		done, err := r.Lock(ctx, phi)
		if err != nil {
			t.Fatal(err)
		}
		limited, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if _, err := r.Lock(limited, phi); err == nil {
			t.Error("two operations on an object run at the same time")
		}
		done()
		if done, err = r.Lock(ctx, phi); err != nil {
			t.Errorf("after the end of an operation: %v", err)
		}
		done()

		if r.AwaitDelete(ctx, phi, time.Second) {
			t.Error("a deletion that never begins is awaited")
		}
		deleted := r.Deleting(phi)
		go func() {
			time.Sleep(time.Minute)
			deleted()
		}()
		began = time.Now()
		if !r.AwaitDelete(ctx, phi, time.Second) || time.Since(began) != time.Minute {
			t.Errorf("the end of a deletion is awaited for %s", time.Since(began))
		}

		r.HandOver(phi, "values")
		if first, second := r.TakeOver(phi), r.TakeOver(phi); first != "values" || second != nil {
			t.Errorf("taken over: %v, then %v", first, second)
		}
	})
}
