package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// An answer is about what was asked for
//
// A cache, a proxy or a server at fault may answer a request with another object. Its ID would go into the state, and a destroy would
// delete it. So every answer is compared with its request here, in the only place that all of them pass: with the IDs in the path, and
// for a creation with what was sent. A field that the server leaves out contradicts nothing (CONTRACT.md 1.47).

// subject describes how the objects of one collection are named: in the path of a request, and in its answer.
type subject struct {
	// title names one in a text.
	title string
	// ids are the keys of its ID in an object of the collection; the first that is there counts, as for the decoders.
	ids []string
	// parent is the key that names it in the answers below it, "" for none.
	parent string
	// also are keys whose value some servers accept in a path in place of the ID.
	also []string
	// folded is true of a name, of which a server may change the spelling.
	folded bool
	// owned is true where an object can only be one of the client's organization.
	owned bool
}

// subjects are the collections, by the part of the path before an ID.
var subjects = map[string]subject{
	"models":                   {title: "model", ids: []string{"id", "model_id"}, parent: "model_id", also: []string{"name"}, owned: true},
	"versions":                 {title: "version", ids: []string{"version"}, parent: "version", folded: true},
	"rollouts":                 {title: "rollout", ids: []string{"id", "rollout_id"}, parent: "rollout_id"},
	"device-groups":            {title: "device group", ids: []string{"id"}, parent: "group_id", owned: true},
	"devices":                  {title: "device", ids: []string{"id", "device_id"}, parent: "device_id", also: []string{"device_identifier"}, owned: true},
	"experiments":              {title: "experiment", ids: []string{"id"}, parent: "experiment_id", owned: true},
	"federations":              {title: "federation", ids: []string{"id"}, parent: "federation_id"},
	"api-keys":                 {title: "API key", ids: []string{"id"}, owned: true},
	"metrics/integrations":     {title: "integration", ids: []string{"id"}, owned: true},
	"log-streams/integrations": {title: "integration", ids: []string{"id"}, owned: true},
	"settings/integrations":    {title: "integration", ids: []string{"id"}, owned: true},
	"settings/compliance":      {title: "compliance preset", ids: []string{"name"}, folded: true},
	"settings":                 {title: "organization", ids: []string{orgParameter}},
	"orgs":                     {title: "organization", parent: orgParameter},
}

// verbs are the last parts of a path that answer the object itself; the body of such an answer is not documented, so that only one with
// a name or a version beside its ID is taken for the object.
var verbs = []string{
	"start", "pause", "resume", "complete", "cancel", "advance", "update-percentage", "publish", "deprecate", "revoke", "allocations", "metrics",
}

// notIDs are parts of a path that stand where an ID does.
var notIDs = []string{"upload-url", "confirm-upload", "active"}

// element is an object that a path names.
type element struct {
	subject
	id string
	// last is true where the path ends with it, verb where it ends with a verb of it.
	last, verb bool
}

// elements are the objects that a path names, in their order. collection is what it ends with instead, "" for nothing.
func elements(path string) (named []element, collection string) {
	parts := strings.Split(path, "/")
	for i := range parts {
		if unescaped, err := url.PathUnescape(parts[i]); err == nil {
			parts[i] = unescaped
		}
	}
	for i := 0; i < len(parts); {
		name, width := parts[i], 1
		if i+1 < len(parts) {
			if _, ok := subjects[name+"/"+parts[i+1]]; ok {
				name, width = name+"/"+parts[i+1], 2
			}
		}
		s, known := subjects[name]
		at := i + width
		switch {
		case !known:
			i++
			continue
		case at >= len(parts) || slices.Contains(notIDs, parts[at]):
			return named, name
		}
		rest := parts[at+1:]
		named = append(named, element{subject: s, id: parts[at], last: len(rest) == 0, verb: len(rest) == 1 && slices.Contains(verbs, rest[0])})
		i = at + 1
	}
	return named, ""
}

// fields are the texts of an answer by their key, those that are there.
type fields map[string]string

func fieldsOf(body []byte) fields {
	var raw map[string]json.RawMessage
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || json.Unmarshal(body, &raw) != nil {
		return nil
	}
	f := fields{}
	for key, value := range raw {
		var text flexText
		if len(value) > 0 && value[0] != '{' && value[0] != '[' && text.UnmarshalJSON(value) == nil && text != "" {
			f[key] = string(text)
		}
	}
	return f
}

// first is the value of the first of these keys that is there.
func (f fields) first(keys []string) string {
	for _, key := range keys {
		if f[key] != "" {
			return f[key]
		}
	}
	return ""
}

// checkSubject returns a *MismatchError where an answer is about something else than its request.
func (c *Client) checkSubject(ctx context.Context, r request, payload []byte, resp *http.Response, body []byte) error {
	named, collection := elements(r.path)
	// A list is about the objects in it; they are looked up by their IDs. A body below an object that is deleted may be anything.
	if r.method == http.MethodDelete || r.method == http.MethodGet && collection != "" {
		return nil
	}
	got := fieldsOf(body)
	if len(got) == 0 {
		return nil
	}
	for _, e := range named {
		if answered := c.contradiction(ctx, e, got); answered != "" {
			return c.mismatch(r, resp, fmt.Sprintf("the %s %q", e.title, e.id), fmt.Sprintf("%q", answered))
		}
	}
	if r.method == http.MethodPost {
		if key, sent := c.unlikeSent(ctx, sentFields(r, payload), got); key != "" {
			return c.mismatch(r, resp, fmt.Sprintf("%s %q", sentKeys[key], sent), fmt.Sprintf("%q", got[key]))
		}
	}
	if refuse, ok := ctx.Value(checkKey{}).(answerCheck); ok && r.writes() {
		if asked, answered := refuse(got); asked != "" {
			return c.mismatch(r, resp, asked, answered)
		}
	}
	if org := got[orgParameter]; c.orgID != "" && org != "" && org != c.orgID && ownedBy(r, named, collection) {
		return c.mismatch(r, resp, fmt.Sprintf("an object of the organization %q", c.orgID), fmt.Sprintf("one of %q", org))
	}
	return nil
}

type checkKey struct{}

// answerCheck is what only a caller knows of the answer to a write: it names what was asked for, and what the answer is about instead, or
// neither.
type answerCheck func(got fields) (asked, answered string)

// checking returns a context for a write whose answer is checked, beside what the context checks already.
func checking(ctx context.Context, check answerCheck) context.Context {
	before, ok := ctx.Value(checkKey{}).(answerCheck)
	if !ok {
		return context.WithValue(ctx, checkKey{}, check)
	}
	return context.WithValue(ctx, checkKey{}, answerCheck(func(got fields) (asked, answered string) {
		if asked, answered = before(got); asked != "" {
			return asked, answered
		}
		return check(got)
	}))
}

// ownedBy is true of a request whose answer is an object of the client's organization.
func ownedBy(r request, named []element, collection string) bool {
	if collection != "" { // a creation; whoever creates a federation owns it
		return r.method == http.MethodPost && len(named) == 0 && (subjects[collection].owned || collection == "federations")
	}
	return len(named) > 0 && named[0].owned && (named[0].last || named[0].verb)
}

// contradiction is the ID that an answer has instead of that of an object in its path, "" where it does not contradict.
func (c *Client) contradiction(ctx context.Context, e element, got fields) string {
	if !e.last {
		answered := got[e.parent]
		if e.verb && answered == "" && (got["name"] != "" || got["version"] != "") {
			answered = got.first(e.ids)
		}
		if answered == "" || e.same(answered) || e.parent == "model_id" && c.sameModel(ctx, e.id, answered) {
			return ""
		}
		return answered
	}
	answered := got.first(e.ids)
	if answered == "" || e.same(answered) || e.alias(got) {
		return ""
	}
	return answered
}

// alias is true of an answer whose object the path names otherwise than by its ID.
func (e element) alias(got fields) bool {
	return e.title == "version" && e.id == latestVersion || slices.ContainsFunc(e.also, func(key string) bool {
		return got[key] != "" && SameFoldedText(got[key], e.id)
	})
}

// latestVersion is the alias of the newest version (CONTRACT.md 2.23).
const latestVersion = "latest"

func (e element) same(answered string) bool {
	return answered == e.id || e.folded && SameFoldedText(answered, e.id)
}

// sentKeys are the keys of a creation that its answer repeats, with what they are.
var sentKeys = map[string]string{
	"name": "the name", "version": "the version", "email": "the address", "to_version": "the version", "model_id": "the model",
}

// sentFields are the texts of a request.
func sentFields(r request, payload []byte) fields {
	if r.form == nil {
		return fieldsOf(payload)
	}
	f := fields{}
	for key := range r.form {
		f[key] = r.form.Get(key)
	}
	return f
}

// unlikeSent finds a key of an answer that has another value than was sent, in whatever spelling; "" where there is none.
func (c *Client) unlikeSent(ctx context.Context, sent, got fields) (key, value string) {
	for key := range sentKeys {
		value, answered := sent[key], got[key]
		if value == "" || answered == "" || SameFoldedText(value, answered) || key == "model_id" && c.sameModel(ctx, value, answered) {
			continue
		}
		return key, value
	}
	return "", ""
}

// modelAliases remembers which other name of a model an answer has used.
type modelAliases struct {
	mu    sync.Mutex
	known map[[2]string]bool
}

// sameModel reports whether two texts name one model: a server may accept the name of a model in place of its ID, and answer the ID
// (CONTRACT.md 1.13). Only where an answer has another one than the request does this cost a read of the model.
func (c *Client) sameModel(ctx context.Context, asked, answered string) bool {
	if answered == "" || asked == answered {
		return true
	}
	c.aliases.mu.Lock()
	same, known := c.aliases.known[[2]string{asked, answered}]
	c.aliases.mu.Unlock()
	if known {
		return same
	}
	m, err := c.lookAtModel(ctx, asked)
	if err == nil && m.ID == "" { // a name that the server knows in another spelling
		m, err = c.lookAtModel(ctx, answered)
		same = SameFoldedText(m.Name, asked)
	} else {
		same = m.ID == answered || m.Name == answered
	}
	if err != nil {
		return false
	}
	c.aliases.mu.Lock()
	defer c.aliases.mu.Unlock()
	if c.aliases.known == nil {
		c.aliases.known = map[[2]string]bool{}
	}
	c.aliases.known[[2]string{asked, answered}] = same
	return same
}

// lookAtModel reads a model by its ID or name. One that does not exist has no ID.
func (c *Client) lookAtModel(ctx context.Context, word string) (m Model, err error) {
	err = c.call(ctx, request{operation: "read the model", method: http.MethodGet, path: join("models", word)}, &m)
	if NotFound(err) || Mismatched(err) {
		return Model{}, nil
	}
	return m, err
}

// checkModel returns a *MismatchError where an entry of a list that belongs to one model is of another one.
func (c *Client) checkModel(ctx context.Context, operation, asked, answered string) error {
	if c.sameModel(ctx, asked, answered) {
		return nil
	}
	return &MismatchError{
		Operation: operation, Asked: fmt.Sprintf("those of the model %q", asked), Got: fmt.Sprintf("one of the model %q", answered),
	}
}

// checkOwner returns a *MismatchError where an object that was found belongs to another organization than the client's.
func (c *Client) checkOwner(operation, id, org string) error {
	if c.orgID == "" || org == "" || org == c.orgID {
		return nil
	}
	return &MismatchError{
		Operation: operation, Asked: fmt.Sprintf("an object of the organization %q", c.orgID), Got: fmt.Sprintf("%q of the organization %q", id, org),
	}
}
