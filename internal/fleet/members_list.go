package fleet

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/octomil/terraform-provider-octomil/internal/resourcekit"
)

// The attributes that list the devices of a membership. Terraform's own part of a plan grows with the square of the length of a list,
// but not with that of a map.
const (
	listAttribute = "device_ids"
	mapAttribute  = "devices"
)

// deviceList are the devices that a configuration or a state lists, in `device_ids` or in `devices`.
type deviceList struct {
	refs []string
	// keys has the key of each ref in `devices`. It is nil if they are from `device_ids`.
	keys []string
}

func (l deviceList) keyed() bool { return l.keys != nil }

// attribute returns the path of the whole list.
func (l deviceList) attribute() path.Path {
	if l.keyed() {
		return path.Root(mapAttribute)
	}
	return path.Root(listAttribute)
}

// element returns the path of a device.
func (l deviceList) element(i int) path.Path {
	if l.keyed() {
		return path.Root(mapAttribute).AtMapKey(l.keys[i])
	}
	return path.Root(listAttribute).AtListIndex(i)
}

// attributeFor returns the attribute that a rejected change belongs to: the element of the device that the server names, if any.
func (l deviceList) attributeFor(err error) path.Path {
	attributes := resourcekit.ErrorAttributes{Conflict: path.Root("group_id"), Default: l.attribute()}
	if i, found := named(err, l.refs); found {
		attributes.Default = l.element(i)
	}
	return attributes.For(err)
}

// then returns the list with the devices of another one after its own. A device of a list without keys gets its ref as the key.
func (l deviceList) then(other deviceList) deviceList {
	both := deviceList{refs: slices.Concat(l.refs, other.refs)}
	if l.keyed() {
		keys := other.keys
		if !other.keyed() {
			keys = other.refs
		}
		both.keys = append(slices.Clone(l.keys), keys...)
	}
	return both
}

// keysOf returns refs by a key each: that of the list, or else the ref itself, with underscores after it if the key is taken.
func (l deviceList) keysOf(refs []string) map[string]attr.Value {
	own := make(map[string]string, len(l.refs))
	for i, ref := range l.refs {
		if _, twice := own[ref]; !twice {
			own[ref] = l.keys[i]
		}
	}
	byKey := make(map[string]attr.Value, len(refs))
	for _, ref := range refs {
		key, has := own[ref]
		if !has || byKey[key] != nil {
			key = ref
		}
		for byKey[key] != nil {
			key += "_"
		}
		byKey[key] = types.StringValue(ref)
	}
	return byKey
}

// values returns the attributes for refs in the form of the list.
func (l deviceList) values(ctx context.Context, refs []string, diags *diag.Diagnostics) (list types.List, byKey types.Map) {
	if l.keyed() {
		byKey, d := types.MapValue(types.StringType, l.keysOf(refs))
		diags.Append(d...)
		return types.ListNull(types.StringType), byKey
	}
	list, d := types.ListValueFrom(ctx, types.StringType, refs)
	diags.Append(d...)
	return list, types.MapNull(types.StringType)
}
