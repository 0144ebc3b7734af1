"""The page, in Streamlit and plotly. The only part that imports streamlit."""
