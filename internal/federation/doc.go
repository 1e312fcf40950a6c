// Package federation is octomil_federation: organizations that train models together, within a privacy budget.
package federation
