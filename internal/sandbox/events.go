package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

const (
	// maxStreams is how many streams of events there may be at the same time.
	maxStreams = 16
	// eventInterval is the shortest time between two events of a stream. What happens between them is in the second one.
	eventInterval = 200 * time.Millisecond
	// keepAliveInterval is how often a stream without events sends a comment, by which it notices that the client has left.
	keepAliveInterval = 15 * time.Second
	// eventTimeout is how long a client may take to receive an event.
	eventTimeout = 10 * time.Second
)

// streamEvents sends what the page shows as server-sent events: first all of it, then the parts that have changed. ?model= and
// ?group= are IDs or names. A slow client gets fewer events, and delays nothing else.
func (s *Server) streamEvents(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		refuseUnread(w, errorResponse(DialectDocs, "", badRequest("the request must not have a body")))
		return
	}
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		writeResponse(w, map[string]string{"Retry-After": "5"}, errorResponse(DialectDocs, "", &apiError{
			status: http.StatusServiceUnavailable, code: "service_unavailable", message: "too many pages follow the sandbox; close some",
		}))
		return
	}
	setPageHeaders(w, "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	endOfBody(w)
	stream := eventStream{w: w, connection: http.NewResponseController(w)}
	query := r.URL.Query()
	ticker := time.NewTicker(eventInterval)
	defer ticker.Stop()
	var last *pageView
	for err := stream.send("retry: 1000\n\n"); err == nil; {
		next := s.pageView(query.Get("model"), query.Get("group"))
		err = stream.sendChanges(next.changedSince(last))
		last = next
		select {
		case <-ticker.C:
		case <-r.Context().Done():
			return
		}
	}
}

// eventStream is one stream of events.
type eventStream struct {
	w          io.Writer
	connection *http.ResponseController
	sent       time.Time
}

// sendChanges sends an event with the changes. If there are none, it sends a comment from time to time.
func (e *eventStream) sendChanges(changes map[string]any) error {
	switch {
	case len(changes) > 0:
		encoded, err := json.Marshal(changes)
		if err != nil {
			return err
		}
		return e.send("data: " + string(encoded) + "\n\n")
	case time.Since(e.sent) >= keepAliveInterval:
		return e.send(": still here\n\n")
	default:
		return nil
	}
}

func (e *eventStream) send(text string) error {
	e.sent = time.Now()
	_ = e.connection.SetWriteDeadline(e.sent.Add(eventTimeout)) // a recorder in memory has none
	if _, err := io.WriteString(e.w, text); err != nil {
		return err
	}
	return e.connection.Flush()
}
