// Package fleetpage tests the page of the sandbox in a real browser.
//
// The tests need Chromium and skip without it. With OCTOMIL_REQUIRE_BROWSER set they fail instead; the gate sets it.
package fleetpage
