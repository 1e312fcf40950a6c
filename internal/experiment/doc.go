// Package experiment is octomil_experiment: versions of a model that are compared on shares of the devices.
package experiment
