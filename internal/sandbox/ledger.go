package sandbox

import (
	"net/http"
	"strings"
	"time"
)

// Entry is one request to the API.
type Entry struct {
	// Operation is the name of the call, such as "create rollout". It is "" if the call does not exist.
	Operation string `json:"operation"`
	Method    string `json:"method"`
	// Path is below the API root, without the query, escaped as the client sent it.
	Path  string `json:"path"`
	Query string `json:"query"`
	// Status is the status of the response, 0 if the connection was cut.
	Status    int       `json:"status"`
	At        time.Time `json:"at"`
	RequestID string    `json:"request_id"`
	// Caller is the resource type in the user agent, "" if there is none.
	Caller string `json:"caller"`
}

// caller returns the resource type on whose behalf a request was made: the last word of the user agent.
func caller(req *http.Request) string {
	words := strings.Fields(req.UserAgent())
	if len(words) == 0 || !strings.HasPrefix(words[len(words)-1], "octomil_") {
		return ""
	}
	return words[len(words)-1]
}
