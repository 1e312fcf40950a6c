// Package sandbox is a control plane for trying the provider and for its tests: the control API in memory, with a simulated
// fleet of devices, scripted faults and a ledger of requests (the control API contract, section 8). It is deterministic: what
// it does follows from the requests and from the injected clock. Only what must not be guessed, the secrets of API keys and the
// URLs of uploads, is random.
package sandbox
