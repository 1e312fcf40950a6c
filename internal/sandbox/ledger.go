package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// Entry is one request that reached the API.
type Entry struct {
	// Operation is the route's name, in words: "create rollout". It is "" where there is no such route.
	Operation string `json:"operation"`
	Method    string `json:"method"`
	// Path is below the API's root, without the query, as the client escaped it.
	Path  string `json:"path"`
	Query string `json:"query"`
	// Status is what was sent, 0 where the connection was cut.
	Status    int       `json:"status"`
	At        time.Time `json:"at"`
	RequestID string    `json:"request_id"`
	// Caller is the resource type that the user agent names, "" where it names none.
	Caller string `json:"caller"`
}

// caller is the resource type on whose behalf a request was made: the last word of the user agent.
func caller(req *http.Request) string {
	words := strings.Fields(req.UserAgent())
	if len(words) == 0 || !strings.HasPrefix(words[len(words)-1], "octomil_") {
		return ""
	}
	return words[len(words)-1]
}
