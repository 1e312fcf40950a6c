package control

import (
	"encoding/json"
	"errors"
	"html"
	"net/url"
	"strings"
)

// mask is what a masked text shows instead of a secret.
const mask = "***"

// redact masks the secret, in each spelling that JSON and URLs have for it.
func redact(text, secret string) string {
	if secret == "" {
		return text
	}
	for _, spelling := range spellings(secret) {
		text = strings.ReplaceAll(text, spelling, mask)
	}
	return text
}

// spellings are the secret as it is, and as JSON, HTML and URLs write it.
func spellings(secret string) []string {
	quoted, err := json.Marshal(secret)
	if err != nil {
		return []string{secret}
	}
	forHTML := string(quoted[1 : len(quoted)-1])
	plain := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret)
	return []string{
		secret, forHTML, plain, strings.ReplaceAll(plain, "/", `\/`), url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret),
	}
}

// withoutSecret masks the secret in the text of an error; without it the error stays as it is.
func withoutSecret(err error, secret string) error {
	return maskedError(err, func(text string) string { return redact(text, secret) })
}

func maskedError(err error, masked func(string) string) error {
	if err == nil {
		return nil
	}
	if text := masked(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// shortestSecret is the minimum length of a text that is masked, in characters: shorter ones would mask ordinary words.
const shortestSecret = 4

// withoutSecrets masks secrets in what an error quotes of the server, which may echo the request.
func withoutSecrets(err error, secrets []string) error {
	return withMaskedQuotes(err, func(text string) string {
		for _, secret := range secrets {
			if len(secret) >= shortestSecret {
				text = redact(text, secret)
			}
		}
		return text
	})
}

// withMaskedQuotes masks what an error quotes of the server.
func withMaskedQuotes(err error, masked func(string) string) error {
	var api *APIError
	var body *BodyError
	var transport *TransportError
	switch {
	case errors.As(err, &api):
		api.mask(masked)
	case errors.As(err, &body):
		body.Excerpt, body.RequestID, body.Err = masked(body.Excerpt), masked(body.RequestID), maskedError(body.Err, masked)
	case errors.As(err, &transport):
		transport.Err = maskedError(transport.Err, masked)
	}
	return err
}

// redact masks the secret in every text: a server may echo it anywhere.
func (e *APIError) redact(secret string) {
	e.mask(func(text string) string { return redact(text, secret) })
}

func (e *APIError) mask(masked func(string) string) {
	for _, text := range []*string{&e.Code, &e.Message, &e.RequestID} {
		*text = masked(*text)
	}
	for i, f := range e.Fields {
		e.Fields[i] = FieldError{Name: masked(f.Name), Message: masked(f.Message)}
	}
}

// shortestPart is from how many characters on a part of a secret is masked, too.
const shortestPart = 6

// fragments recognizes the parts of secrets: it has every text of shortestPart characters within one of them.
type fragments map[string]bool

func (f fragments) add(secret string) {
	for _, spelling := range spellings(secret) {
		spelling = asciiLower(spelling)
		for i := 0; i+shortestPart <= len(spelling); i++ {
			f[spelling[i:i+shortestPart]] = true
		}
	}
}

// masked masks every part of a secret in a text, whatever the case of its letters.
func (f fragments) masked(text string) string {
	if len(f) == 0 {
		return text
	}
	lower := asciiLower(text)
	var out strings.Builder
	shown := 0
	for i := 0; i+shortestPart <= len(text); i++ {
		if !f[lower[i:i+shortestPart]] {
			continue
		}
		end := i + shortestPart
		for end < len(text) && f[lower[end-shortestPart+1:end+1]] {
			end++
		}
		out.WriteString(text[shown:i])
		out.WriteString(mask)
		shown, i = end, end-1
	}
	out.WriteString(text[shown:])
	return out.String()
}

// asciiLower keeps the length of the text in bytes, which strings.ToLower does not.
func asciiLower(text string) string {
	lower := []byte(text)
	for i, char := range lower {
		if 'A' <= char && char <= 'Z' {
			lower[i] = char + 'a' - 'A'
		}
	}
	return string(lower)
}
