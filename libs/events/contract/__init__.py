"""The published contract of the events: JSON Schemas, AsyncAPI, contract cases and recorded histories."""
