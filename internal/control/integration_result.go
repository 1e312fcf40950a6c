package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// IntegrationTest is what the server says of a test of an integration (CONTRACT.md, section 7).
type IntegrationTest struct {
	Success bool
	// Message is the server's text, "" where it gives none.
	Message string
}

// failedTests and passedTests are the statuses of a test, in lower case, where the server does not say `success`.
var (
	failedTests = []string{"error", "failed", "failure"}
	passedTests = []string{"ok", "passed", "success"}
)

// UnmarshalJSON fails on an answer that does not say whether the test has succeeded.
func (r *IntegrationTest) UnmarshalJSON(data []byte) error {
	var wire struct {
		Success *bool    `json:"success"`
		Status  flexText `json:"status"`
		Message flexText `json:"message"`
		Error   flexText `json:"error"`
		Detail  flexText `json:"detail"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	status := strings.ToLower(string(wire.Status))
	switch {
	case wire.Success != nil:
		r.Success = *wire.Success
	case slices.Contains(passedTests, status):
		r.Success = true
	case slices.Contains(failedTests, status):
		r.Success = false
	default:
		return errors.New("the result of a test without `success`")
	}
	r.Message = string(cmp.Or(wire.Message, wire.Error, wire.Detail))
	return nil
}

// TestIntegration lets the server test an integration. A test changes nothing, so that it is repeated after a lost answer. One that has
// failed is not an error.
func (c *Client) TestIntegration(ctx context.Context, signal Signal, id string) (IntegrationTest, error) {
	operation := fmt.Sprintf("test the %s integration", signal)
	post := func(ctx context.Context) (result IntegrationTest, err error) {
		err = c.call(ctx, request{
			operation: operation, method: http.MethodPost, path: integrationKinds[signal].path + "/" + join(id, "test"), body: struct{}{}, readOnly: true,
			secret: true,
		}, &result)
		return result, err
	}
	return createOnce(ctx, c, post, findNothing)
}
