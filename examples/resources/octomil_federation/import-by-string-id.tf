# By the ID or the name of the federation.
import {
  to = octomil_federation.clinics
  id = "clinics"
}
