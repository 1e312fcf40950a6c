# By the id of the federation, or by its name.
import {
  to = octomil_federation.clinics
  id = "clinics"
}
